/** The ports of hosts that lead to jails. */
@NamedInterface("port")
@NullMarked
package dev.bailiwick.server.network.port;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.NamedInterface;
