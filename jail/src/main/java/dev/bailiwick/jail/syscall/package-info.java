/** The table of system calls, with the decision of each profile about each call. */
@NullMarked
package dev.bailiwick.jail.syscall;

import org.jspecify.annotations.NullMarked;
