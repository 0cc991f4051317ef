package dev.bailiwick.jail.report;

import dev.bailiwick.jail.JailId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * The actual state of one jail on its host.
 *
 * @param generation the generation of the definition that this is about; 0 if the host knows none
 * @param initPid the process id of the jail's init on the host; present while the init runs
 * @param restarts how often the init has ended by itself since this definition was applied
 * @param steps the steps of the last change, in order
 * @param at when the host saw this state
 * @param firstHostId the first of the user ids that the jail's files carry; empty if the jail has no ids of its own
 * @param oomKills the last processes that the kernel killed for lack of memory; empty if that was long ago
 */
public record Report(
        JailId jail,
        long generation,
        Phase phase,
        OptionalInt initPid,
        int restarts,
        List<Condition> conditions,
        List<StepTiming> steps,
        Instant at,
        OptionalLong firstHostId,
        Optional<OomKills> oomKills)
        implements Observation {

    /** Creates a report about a jail without user ids of its own, and without such kills. */
    public Report(
            JailId jail,
            long generation,
            Phase phase,
            OptionalInt initPid,
            int restarts,
            List<Condition> conditions,
            List<StepTiming> steps,
            Instant at) {
        this(jail, generation, phase, initPid, restarts, conditions, steps, at, OptionalLong.empty(), Optional.empty());
    }

    @Override
    public JailId object() {
        return jail;
    }

    public Report {
        conditions = List.copyOf(conditions);
        steps = List.copyOf(steps);
    }
}
