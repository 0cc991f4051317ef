package dev.bailiwick.agent.kernel;

import dev.bailiwick.jail.report.StepTiming;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Times the agent's own steps of one start, from its creation on, on CLOCK_MONOTONIC. */
public final class StepClock {

    private final long zeroNanos = System.nanoTime();
    private final List<StepTiming> timings = new ArrayList<>();
    private List<StepTiming> childs = List.of();
    private String current = "";
    private long begunNanos = zeroNanos;

    public long zeroNanos() {
        return zeroNanos;
    }

    /** Ends the step before and begins this one. */
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

    /** Ends the step that failed, after which the child had come so far. */
    public void fail(List<StepTiming> ofChild) {
        end();
        childs = List.copyOf(ofChild);
    }

    /** The steps of a start that has failed. */
    public List<StepTiming> untilFailure() {
        end();
        return with(childs);
    }

    /** The agent's own steps and those of another, in the order in which they began. */
    public List<StepTiming> with(List<StepTiming> others) {
        return Stream.concat(timings.stream(), others.stream())
                .sorted(Comparator.comparingLong(StepTiming::startMicros))
                .toList();
    }
}
