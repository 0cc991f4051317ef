package dev.bailiwick.agent.reconcile.plan;

import dev.bailiwick.jail.report.StepTiming;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The steps of a jail's last change. The change is a start, whose steps are all added when it is over; or a stop, whose steps are
 * added one by one; or a restart, which is a stop and then a start.
 *
 * @param stopWanted when the stop was requested: the steps count from then. Empty if there was no stop, or if the next start would be
 *     a change of its own
 * @param stopped whether the stop is over
 */
public record ChangeSteps(Optional<Instant> stopWanted, boolean stopped, List<StepTiming> timings) {

    static final ChangeSteps NONE = ofStart(List.of());

    public ChangeSteps {
        timings = List.copyOf(timings);
    }

    static ChangeSteps ofStart(List<StepTiming> timings) {
        return new ChangeSteps(Optional.empty(), false, timings);
    }

    /**
     * Adds the steps of a start, successful or not. They follow those of the stop, if both are one restart.
     *
     * @param began when the start began
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

    /** Returns the steps for a jail with a new goal: a stop that is already over does not belong to the change that follows. */
    ChangeSteps ofAnotherGoal() {
        return stopped ? ofStart(timings) : this;
    }

    /** Begins the steps of a stop, unless a stop has begun already. */
    ChangeSteps ofStopWanted(Instant wanted) {
        return stopWanted.isPresent() ? this : new ChangeSteps(Optional.of(wanted), false, List.of());
    }

    /** Adds a step to the stop in progress; the step began when the previous one ended. Does nothing if no stop is in progress. */
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

    /** Ends the stop: later steps are not added to it. */
    ChangeSteps over() {
        return new ChangeSteps(stopWanted, true, timings);
    }
}
