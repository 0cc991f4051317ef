/** Compiles policies into classic BPF programs for seccomp(2), and interprets such programs. */
@NullMarked
package dev.bailiwick.jail.seccomp;

import org.jspecify.annotations.NullMarked;
