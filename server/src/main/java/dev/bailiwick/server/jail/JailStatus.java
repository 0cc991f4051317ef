package dev.bailiwick.server.jail;

import dev.bailiwick.jail.Condition;
import dev.bailiwick.jail.Phase;
import dev.bailiwick.jail.StepTiming;
import dev.bailiwick.server.jail.timeline.Road;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What is true of a jail, as far as its host has said.
 *
 * @param phase empty where it is unknown, because the host is not connected
 * @param generation the definition that this is about: the applied one, or where the phase is {@code refused} the one that could not be
 *     started; 0 where the host has reported none yet
 * @param acceptedGeneration the definition known to be durable on the host's disk; 0 for none
 * @param seenAt when the host last gave a sign of life after it had reported this jail
 * @param restarts how often its init ended by itself since this definition was applied
 * @param steps the steps of the last change, in order; of a restart, those of the stop and then of the start
 * @param road how the change came to its host; empty where the steps are of none that was asked for
 */
public record JailStatus(
        Optional<Phase> phase,
        long generation,
        long acceptedGeneration,
        Optional<Instant> seenAt,
        OptionalInt initPid,
        int restarts,
        List<Condition> conditions,
        List<StepTiming> steps,
        Optional<Road> road) {

    private static final Set<String> DAMAGES = Set.of(Condition.DAMAGED, Condition.BASE_GONE);

    public JailStatus {
        conditions = List.copyOf(conditions);
        steps = List.copyOf(steps);
    }

    /** The same, once something else is wanted of which the host has not heard. */
    JailStatus outdated() {
        return new JailStatus(phase, generation, generation, seenAt, initPid, restarts, conditions, steps, road);
    }

    /** The phase in its textual form, or {@code unknown}. */
    public String phaseText() {
        return phase.map(Phase::text).orElse("unknown");
    }

    /** As {@link #phaseText}, for who looks at it: {@code damaged} where it runs and lacks something it needs. */
    public String shownState() {
        boolean isDamaged = conditions.stream().map(Condition::reason).anyMatch(DAMAGES::contains);
        return isDamaged && phase.equals(Optional.of(Phase.RUNNING)) ? "damaged" : phaseText();
    }
}
