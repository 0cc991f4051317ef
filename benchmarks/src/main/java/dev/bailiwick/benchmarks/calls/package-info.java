/** Measures system calls of jails, allowed and refused. */
@NullMarked
package dev.bailiwick.benchmarks.calls;

import org.jspecify.annotations.NullMarked;
