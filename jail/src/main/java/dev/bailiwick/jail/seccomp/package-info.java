/** The policy as a classic BPF program for seccomp(2), and an interpreter for such programs. */
@NullMarked
package dev.bailiwick.jail.seccomp;

import org.jspecify.annotations.NullMarked;
