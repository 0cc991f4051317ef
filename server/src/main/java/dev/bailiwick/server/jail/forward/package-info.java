/** Connections of people to ports in running jails. */
@NullMarked
@NamedInterface("forward")
package dev.bailiwick.server.jail.forward;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.NamedInterface;
