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

    /** Also of one that was left out. */
    boolean isEmpty() {
        return reaped.isEmpty();
    }

    /** Whether it is known when the program was executed. */
    boolean seesExec() {
        return executed.getFirst() != Start.NONE;
    }
}
