/** The cgroup of each jail, with its limits and the mark of its init, and an instance's claim to parts of the host. */
@NullMarked
package dev.bailiwick.agent.kernel.linux.cgroup;

import org.jspecify.annotations.NullMarked;
