package dev.bailiwick.server.figure.chart;

import dev.bailiwick.jail.figure.Measure;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * The figures of one step.
 *
 * @param at the beginning of the step
 * @param used what was used of each counter in the step
 */
public record Step(Instant at, Map<? extends Measure, Long> used, Map<? extends Measure, GaugeOfStep> gauges) {

    /**
     * A gauge in one step.
     *
     * @param p95 of a step of several slots, the highest of these
     */
    public record GaugeOfStep(long minimum, long mean, long maximum, long p95) {}

    /** Returns those of all metrics that any of these steps has. */
    public static List<Measure> measured(Collection<? extends Measure> all, List<Step> steps) {
        return all.stream()
                .<Measure>map(metric -> metric)
                .filter(metric -> steps.stream()
                        .anyMatch(step -> step.used.containsKey(metric) || step.gauges.containsKey(metric)))
                .toList();
    }
}
