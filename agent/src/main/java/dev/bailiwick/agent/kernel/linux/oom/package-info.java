/** Notices which processes of jails the kernel has killed for lack of memory. */
@NullMarked
package dev.bailiwick.agent.kernel.linux.oom;

import org.jspecify.annotations.NullMarked;
