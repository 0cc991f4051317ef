/** The link between a jail and its host: veth pair, routes, addresses, name servers. This package also applies a change of addresses. */
@NullMarked
package dev.bailiwick.agent.kernel.linux.network;

import org.jspecify.annotations.NullMarked;
