/** Offers what the agent measures to a Prometheus on the same host. */
@NullMarked
package dev.bailiwick.agent.prometheus;

import org.jspecify.annotations.NullMarked;
