/**
 * FreeBSD's own jails behind the verbs of the kernel: jail_set(2) and its family, and rctl(2), through JNA. Written from the
 * manuals and sources of FreeBSD and held to them by a library that records every call; it has not run on a FreeBSD kernel.
 */
@NullMarked
package dev.bailiwick.agent.kernel.freebsd;

import org.jspecify.annotations.NullMarked;
