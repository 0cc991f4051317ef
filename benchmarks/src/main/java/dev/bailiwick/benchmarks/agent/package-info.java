/** Measures an agent as it is installed. */
@NullMarked
package dev.bailiwick.benchmarks.agent;

import org.jspecify.annotations.NullMarked;
