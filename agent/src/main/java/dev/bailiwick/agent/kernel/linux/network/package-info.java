/**
 * The link between a jail and its host: veth pair, routes, addresses, name servers. What happens when an address changes is here.
 */
@NullMarked
package dev.bailiwick.agent.kernel.linux.network;

import org.jspecify.annotations.NullMarked;
