/** Jails about which a host and the server differ, and how an operator decides between them. */
@NullMarked
package dev.bailiwick.server.jail.difference;

import org.jspecify.annotations.NullMarked;
