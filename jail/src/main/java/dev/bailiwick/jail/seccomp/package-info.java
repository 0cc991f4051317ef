/** The policy as a classic BPF program for seccomp(2), and an interpreter that says what such a program answers. */
@NullMarked
package dev.bailiwick.jail.seccomp;

import org.jspecify.annotations.NullMarked;
