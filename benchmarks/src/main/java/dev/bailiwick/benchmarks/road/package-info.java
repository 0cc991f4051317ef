/** Measures a running instance as its clients see it. */
@NullMarked
package dev.bailiwick.benchmarks.road;

import org.jspecify.annotations.NullMarked;
