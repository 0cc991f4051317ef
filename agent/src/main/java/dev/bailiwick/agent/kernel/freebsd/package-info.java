/**
 * FreeBSD's own jails as an implementation of the kernel: jail_set(2) and its family, and rctl(2), through JNA. Written from the manuals
 * and sources of FreeBSD; a library that records every call checks it against them. It has not run on a FreeBSD kernel.
 */
@NullMarked
package dev.bailiwick.agent.kernel.freebsd;

import org.jspecify.annotations.NullMarked;
