package dev.bailiwick.agent.reconcile;

import dev.bailiwick.jail.Condition;
import dev.bailiwick.jail.Phase;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What follows for one jail from what is wanted and what is true.
 *
 * @param step what to do now; empty where there is nothing to do before {@code wakeAt} or an event
 * @param generation which generation {@code phase} is about
 * @param wakeAt when to plan again although nothing happened
 */
record Plan(Optional<Step> step, Phase phase, long generation, List<Condition> conditions, Optional<Instant> wakeAt) {

    Plan {
        conditions = List.copyOf(conditions);
    }

    static Plan act(Step step, Phase phase, long generation, List<Condition> conditions) {
        return new Plan(Optional.of(step), phase, generation, conditions, Optional.empty());
    }

    static Plan rest(Phase phase, long generation, List<Condition> conditions) {
        return new Plan(Optional.empty(), phase, generation, conditions, Optional.empty());
    }

    static Plan waitUntil(Instant wakeAt, Phase phase, long generation, List<Condition> conditions) {
        return new Plan(Optional.empty(), phase, generation, conditions, Optional.of(wakeAt));
    }

    /** The same plan, looked at again no later than {@code instant}. */
    Plan noLaterThan(Instant instant) {
        Instant earlier = wakeAt.filter(instant::isAfter).orElse(instant);
        return new Plan(step, phase, generation, conditions, Optional.of(earlier));
    }
}
