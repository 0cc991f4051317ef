/**
 * The cgroup of each jail, with its limits and the mark of what runs in it, and the claim of an instance to its part of the host.
 */
@NullMarked
package dev.bailiwick.agent.kernel.linux.cgroup;

import org.jspecify.annotations.NullMarked;
