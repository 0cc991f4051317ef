package dev.bailiwick.agent.reconcile;

import dev.bailiwick.jail.Condition;

/**
 * A jail was switched off from inside, and rests although it is wanted running.
 *
 * @param generation which it ran then; a later one starts it again
 */
record SelfHalt(long generation, Condition condition) {}
