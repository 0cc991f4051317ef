/**
 * System calls of Linux and what they take and return: descriptors, native memory, errno, and programs of calls that spawn.c runs
 * in a child. Knows nothing of jails; all other packages of this kernel stand on it.
 */
@NullMarked
package dev.bailiwick.agent.kernel.linux.syscall;

import org.jspecify.annotations.NullMarked;
