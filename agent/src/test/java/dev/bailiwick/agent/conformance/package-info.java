/** Compares the policy with a live kernel, call by call, and writes down the evidence. */
@NullMarked
package dev.bailiwick.agent.conformance;

import org.jspecify.annotations.NullMarked;
