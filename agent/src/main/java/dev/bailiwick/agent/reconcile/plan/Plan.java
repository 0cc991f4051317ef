package dev.bailiwick.agent.reconcile.plan;

import dev.bailiwick.jail.report.Condition;
import dev.bailiwick.jail.report.Phase;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The planner's decision for one jail.
 *
 * @param step the step to do now; empty if there is nothing to do before {@code wakeAt} or an event
 * @param generation the generation that {@code phase} describes
 * @param wakeAt when to plan again without an event
 */
public record Plan(
        Optional<Step> step, Phase phase, long generation, List<Condition> conditions, Optional<Instant> wakeAt) {

    public Plan {
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

    /** Returns the same plan, with {@code wakeAt} at {@code instant} or earlier. */
    public Plan noLaterThan(Instant instant) {
        Instant earlier = wakeAt.filter(instant::isAfter).orElse(instant);
        return new Plan(step, phase, generation, conditions, Optional.of(earlier));
    }
}
