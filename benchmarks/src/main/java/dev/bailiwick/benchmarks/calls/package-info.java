/** Measures system calls of jails, allowed and blocked. */
@NullMarked
package dev.bailiwick.benchmarks.calls;

import org.jspecify.annotations.NullMarked;
