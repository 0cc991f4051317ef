/** The names to which the addresses of jails lead in DNS. */
@NamedInterface("reverse")
@NullMarked
package dev.bailiwick.server.network.reverse;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.NamedInterface;
