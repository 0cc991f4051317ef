/** Measures starts of jails with the agent's engine, beside peers. */
@NullMarked
package dev.bailiwick.benchmarks.jail;

import org.jspecify.annotations.NullMarked;
