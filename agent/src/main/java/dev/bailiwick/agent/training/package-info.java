/** A training run (JEP 483, 514): what every start does, between a server and a kernel of its own, so that the JVM records it. */
@NullMarked
package dev.bailiwick.agent.training;

import org.jspecify.annotations.NullMarked;
