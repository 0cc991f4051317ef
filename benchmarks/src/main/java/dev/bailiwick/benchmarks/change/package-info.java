/** Measures a running instance as its clients see it. */
@NullMarked
package dev.bailiwick.benchmarks.change;

import org.jspecify.annotations.NullMarked;
