package dev.bailiwick.agent.reconcile;

import dev.bailiwick.jail.StepTiming;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The steps of the last change of a jail: of a start, all at once, or of a stop, one after another as they are done.
 *
 * @param stopWanted when a stop that is under way was wanted, which is where its time begins; empty where none is
 */
record ChangeSteps(Optional<Instant> stopWanted, List<StepTiming> timings) {

    static final ChangeSteps NONE = ofStart(List.of());

    ChangeSteps {
        timings = List.copyOf(timings);
    }

    static ChangeSteps ofStart(List<StepTiming> timings) {
        return new ChangeSteps(Optional.empty(), timings);
    }

    /** Those of the stop that is under way, or, where none is, of one that begins. */
    ChangeSteps ofStopWanted(Instant wanted) {
        return stopWanted.isPresent() ? this : new ChangeSteps(Optional.of(wanted), List.of());
    }

    /** Adds a step of the stop that is under way, which began where the one before it ended; nothing where none is. */
    ChangeSteps then(String name, Instant end) {
        if (stopWanted.isEmpty()) {
            return this;
        }
        long start = timings.isEmpty()
                ? 0
                : timings.getLast().startMicros() + timings.getLast().durationMicros();
        long took = Math.max(0, Duration.between(stopWanted.get(), end).toNanos() / 1_000 - start);
        List<StepTiming> all = new ArrayList<>(timings);
        all.add(new StepTiming(name, start, took));
        return new ChangeSteps(stopWanted, all);
    }

    /** The stop is over: what is done to the jail from here on is no part of it. */
    ChangeSteps over() {
        return ofStart(timings);
    }
}
