/** Reads what the cgroups and the network links of jails count. */
@NullMarked
package dev.bailiwick.agent.kernel.linux.metric;

import org.jspecify.annotations.NullMarked;
