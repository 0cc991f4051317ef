package dev.bailiwick.agent.reconcile;

import dev.bailiwick.jail.StepTiming;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The steps of the last change of a jail: of a start, all at once, of a stop, one after another as they are done, or of a restart,
 * which is a stop and then a start.
 *
 * @param stopWanted when the stop was wanted, which is where its time begins; empty where there was none, and once what is wanted
 *     after it is another change
 * @param stopped whether the stop is over
 */
record ChangeSteps(Optional<Instant> stopWanted, boolean stopped, List<StepTiming> timings) {

    static final ChangeSteps NONE = ofStart(List.of());

    ChangeSteps {
        timings = List.copyOf(timings);
    }

    static ChangeSteps ofStart(List<StepTiming> timings) {
        return new ChangeSteps(Optional.empty(), false, timings);
    }

    /**
     * A start was tried, after the stop where that was for it.
     *
     * @param began when it was begun
     */
    ChangeSteps started(Instant began, List<StepTiming> start) {
        if (stopWanted.isEmpty()) {
            return ofStart(start);
        }
        List<StepTiming> all =
                new ArrayList<>(new ChangeSteps(stopWanted, false, timings).then("queue", began).timings);
        long from = all.getLast().startMicros() + all.getLast().durationMicros();
        start.forEach(step -> all.add(new StepTiming(step.name(), from + step.startMicros(), step.durationMicros())));
        return ofStart(all);
    }

    /** Something else is wanted: a stop that is over was a change of its own. */
    ChangeSteps ofAnotherGoal() {
        return stopped ? ofStart(timings) : this;
    }

    /** Those of the stop that is under way, or, where none is, of one that begins. */
    ChangeSteps ofStopWanted(Instant wanted) {
        return stopWanted.isPresent() ? this : new ChangeSteps(Optional.of(wanted), false, List.of());
    }

    /** Adds a step of the stop that is under way, which began where the one before it ended; nothing where none is. */
    ChangeSteps then(String name, Instant end) {
        if (stopWanted.isEmpty() || stopped) {
            return this;
        }
        long start = timings.isEmpty()
                ? 0
                : timings.getLast().startMicros() + timings.getLast().durationMicros();
        long took = Math.max(0, Duration.between(stopWanted.get(), end).toNanos() / 1_000 - start);
        List<StepTiming> all = new ArrayList<>(timings);
        all.add(new StepTiming(name, start, took));
        return new ChangeSteps(stopWanted, false, all);
    }

    /** The stop is over: what is done to the jail from here on is no part of it. */
    ChangeSteps over() {
        return new ChangeSteps(stopWanted, true, timings);
    }
}
