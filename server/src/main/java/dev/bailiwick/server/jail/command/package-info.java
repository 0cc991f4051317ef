/** Commands in running jails. */
@NullMarked
@NamedInterface("command")
package dev.bailiwick.server.jail.command;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.NamedInterface;
