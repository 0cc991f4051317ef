/**
 * System calls of Linux with their arguments and results: descriptors, native memory, errno, and programs of calls that spawn.c runs in a
 * child. This package does not know jails; all other packages of this kernel depend on it.
 */
@NullMarked
package dev.bailiwick.agent.kernel.linux.syscall;

import org.jspecify.annotations.NullMarked;
