/** Compares the policy with a running kernel, call by call, and records the evidence. */
@NullMarked
package dev.bailiwick.agent.conformance;

import org.jspecify.annotations.NullMarked;
