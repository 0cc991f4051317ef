package dev.bailiwick.agent.reconcile.plan;

import dev.bailiwick.jail.report.Condition;

/**
 * The end of a jail that was switched off from inside. It stays stopped although its definition says that it should run.
 *
 * @param generation the generation that it ran; a later one starts it again
 */
public record SelfHalt(long generation, Condition condition) {}
