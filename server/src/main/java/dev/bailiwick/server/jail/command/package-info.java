/** Commands in running jails. */
@NullMarked
package dev.bailiwick.server.jail.command;

import org.jspecify.annotations.NullMarked;
