package dev.bailiwick.agent.kernel;

import dev.bailiwick.jail.report.StepTiming;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A clock for the agent's own steps of one start. It counts from its creation, on CLOCK_MONOTONIC. */
public final class StepClock {

    private final long zeroNanos = System.nanoTime();
    private final List<StepTiming> timings = new ArrayList<>();
    private List<StepTiming> childs = List.of();
    private String current = "";
    private long begunNanos = zeroNanos;

    public long zeroNanos() {
        return zeroNanos;
    }

    /** Ends the current step and begins this one. */
    public void begin(String name) {
        end();
        current = name;
        begunNanos = System.nanoTime();
    }

    public void end() {
        if (!current.isEmpty()) {
            long now = System.nanoTime();
            timings.add(new StepTiming(current, (begunNanos - zeroNanos) / 1000, (now - begunNanos) / 1000));
        }
        current = "";
    }

    public List<StepTiming> timings() {
        return timings;
    }

    /**
     * Ends the step that failed.
     *
     * @param ofChild the steps that the child process completed before
     */
    public void fail(List<StepTiming> ofChild) {
        end();
        childs = List.copyOf(ofChild);
    }

    /** Returns the steps of a failed start. */
    public List<StepTiming> untilFailure() {
        end();
        return with(childs);
    }

    /** Returns the agent's own steps together with the given ones, in the order in which they began. */
    public List<StepTiming> with(List<StepTiming> others) {
        return Stream.concat(timings.stream(), others.stream())
                .sorted(Comparator.comparingLong(StepTiming::startMicros))
                .toList();
    }
}
