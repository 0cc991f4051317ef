/** Isolates jails in the packet filter: from each other, from the host, and from the host's private networks. */
@NullMarked
package dev.bailiwick.agent.kernel.linux.guard;

import org.jspecify.annotations.NullMarked;
