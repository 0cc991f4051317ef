/** The training run for the agent's AOT cache (JEP 483, 514). */
@NullMarked
package dev.bailiwick.agent.training;

import org.jspecify.annotations.NullMarked;
