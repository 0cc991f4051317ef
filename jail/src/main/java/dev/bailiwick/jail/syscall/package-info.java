/** The table of system calls: what the kernel offers, and what each profile decides about each call. */
@NullMarked
package dev.bailiwick.jail.syscall;

import org.jspecify.annotations.NullMarked;
