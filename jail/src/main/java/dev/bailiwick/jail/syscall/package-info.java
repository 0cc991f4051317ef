/** The policy of a jail: the table of system calls, the profiles, and the overrides of one jail. */
@NullMarked
package dev.bailiwick.jail.syscall;

import org.jspecify.annotations.NullMarked;
