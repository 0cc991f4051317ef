package dev.bailiwick.benchmarks.jail;

import java.util.ArrayList;
import java.util.List;

/** The starts of one contender, in nanoseconds. */
record Starts(List<Long> executed, List<Long> reaped) {

    Starts() {
        this(new ArrayList<>(), new ArrayList<>());
    }

    void add(Start start) {
        executed.add(start.executed());
        reaped.add(start.reaped());
    }

    /** Returns whether the contender has no starts, because it was left out. */
    boolean isEmpty() {
        return reaped.isEmpty();
    }

    /** Returns whether the time of exec is known. */
    boolean seesExec() {
        return executed.getFirst() != Start.NONE;
    }
}
