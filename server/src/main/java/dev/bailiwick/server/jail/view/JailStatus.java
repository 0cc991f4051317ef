package dev.bailiwick.server.jail.view;

import dev.bailiwick.jail.report.Condition;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.jail.report.StepTiming;
import dev.bailiwick.server.jail.timeline.ChangeTimeline;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.springframework.modulith.NamedInterface;

/**
 * The status of a jail, as its host last reported it.
 *
 * @param phase empty if it is unknown because the host is not connected
 * @param generation the definition of this status: the applied one or, in the phase {@code refused}, the one that could
 *     not be started; 0 if the host has reported none yet
 * @param acceptedGeneration the definition that is known to be on the host's disk; 0 for none
 * @param seenAt the last contact with the host after its first report of this jail
 * @param restarts how often the jail's init ended by itself since this definition was applied
 * @param steps the steps of the last change, in order; for a restart, the steps of the stop and then of the start
 * @param timeline how the change reached its host; empty if the steps belong to no requested change
 */
@NamedInterface("view")
public record JailStatus(
        Optional<Phase> phase,
        long generation,
        long acceptedGeneration,
        Optional<Instant> seenAt,
        OptionalInt initPid,
        int restarts,
        List<Condition> conditions,
        List<StepTiming> steps,
        Optional<ChangeTimeline> timeline) {

    private static final Set<String> ENDS = Set.of(Condition.ENDED, Condition.RESTART_LIMIT_REACHED);
    private static final Set<String> DAMAGES = Set.of(Condition.DAMAGED, Condition.BASE_GONE);

    public JailStatus {
        conditions = List.copyOf(conditions);
        steps = List.copyOf(steps);
    }

    /** Returns this status for a newer definition that the host does not know yet. */
    JailStatus outdated() {
        return new JailStatus(phase, generation, generation, seenAt, initPid, restarts, conditions, steps, timeline);
    }

    /** Returns the phase in its textual form, or {@code unknown}. */
    public String phaseText() {
        return phase.map(Phase::text).orElse("unknown");
    }

    /**
     * Returns the state that users see: {@code damaged} for a running jail that lacks something it needs; {@code completed}
     * or {@code ended} for a jail that is not started again after its program has ended; otherwise the same as
     * {@link #phaseText}.
     */
    public String shownState() {
        return switch (phase.orElse(null)) {
            case RUNNING -> has(DAMAGES) ? "damaged" : phaseText();
            case STOPPED -> has(Set.of(Condition.COMPLETED)) ? "completed" : has(ENDS) ? "ended" : phaseText();
            case null, default -> phaseText();
        };
    }

    private boolean has(Set<String> reasons) {
        return conditions.stream().map(Condition::reason).anyMatch(reasons::contains);
    }
}
