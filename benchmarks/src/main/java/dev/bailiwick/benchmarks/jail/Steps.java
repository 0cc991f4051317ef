package dev.bailiwick.benchmarks.jail;

import dev.bailiwick.benchmarks.report.Percentiles;
import dev.bailiwick.jail.report.StepTiming;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The durations of each named step, in nanoseconds; names keep the order in which they came. Thread-safe. */
final class Steps {

    private final Map<String, List<Long>> durations = new LinkedHashMap<>();

    synchronized void add(String name, long nanos) {
        durations.computeIfAbsent(name, _ -> new ArrayList<>()).add(nanos);
    }

    void add(List<StepTiming> steps) {
        steps.forEach(step -> add(step.name(), step.durationMicros() * 1_000));
    }

    synchronized void clear() {
        durations.clear();
    }

    synchronized List<String> names() {
        return List.copyOf(durations.keySet());
    }

    /** Returns the durations of a step; none if there is no such step. */
    synchronized List<Long> of(String name) {
        return List.copyOf(durations.getOrDefault(name, List.of()));
    }

    /** Returns "name p50 (number×)" of each step, in whole microseconds. */
    String microsOfEach() {
        return names().stream()
                .map(name -> name + " " + Percentiles.at(of(name), 50) / 1_000 + " (" + of(name).size() + "×)")
                .collect(Collectors.joining(", "));
    }
}
