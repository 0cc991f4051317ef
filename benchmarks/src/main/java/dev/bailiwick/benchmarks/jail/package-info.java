/** Starts jails through the engine of the agent, beside peers. */
@NullMarked
package dev.bailiwick.benchmarks.jail;

import org.jspecify.annotations.NullMarked;
