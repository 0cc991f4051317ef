/** Jails that differ between a host and the server, and the decisions of operators about them. */
@NullMarked
package dev.bailiwick.server.jail.difference;

import org.jspecify.annotations.NullMarked;
