package dev.bailiwick.agent.figure;

import static dev.bailiwick.agent.kernel.JailMetrics.ABSENT;

import dev.bailiwick.agent.kernel.JailMetrics;
import dev.bailiwick.agent.kernel.JailMetrics.Run;
import dev.bailiwick.jail.figure.HostFigures;
import dev.bailiwick.jail.figure.HostMetric;
import dev.bailiwick.jail.figure.Metric;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The samples of the host in the current slot, with what its jails use together. The counters of jails begin at 0 with this agent, and
 * go on when a jail ends. Not thread-safe.
 */
final class HostSlot {

    private static final List<HostMetric> COUNTERS = HostMetric.counters();
    private static final List<HostMetric> GAUGES = HostMetric.gauges();

    /** The sum of each metric of jails, by its index; null for those without one. */
    private static final @Nullable HostMetric[] SUMS = new @Nullable HostMetric[Metric.values().length];

    static {
        for (HostMetric sum : HostMetric.values()) {
            sum.ofJails().ifPresent(metric -> SUMS[metric.index()] = sum);
        }
    }

    private final UUID run = UUID.randomUUID();
    private final long beganAtMillis;
    private final SlotSamples<HostMetric> samples = new SlotSamples<>(HostMetric.class, COUNTERS, GAUGES);
    /** The current sample, by index; the counters of jails go on from the previous one. */
    private final long[] values = new long[HostMetric.values().length];

    private final long[] latest = new long[HostMetric.values().length];

    HostSlot(Instant began) {
        this.beganAtMillis = began.toEpochMilli();
        Arrays.fill(values, ABSENT);
        Arrays.fill(latest, ABSENT);
        for (int i = 0; i < COUNTERS.size(); i++) {
            if (COUNTERS.get(i).ofJails().isPresent()) {
                samples.countFromZero(i);
            }
        }
    }

    /** Adds the reading of a jail's counter, if it is summed up. A run that is older than this agent counts from its first reading here. */
    void addCounter(Metric metric, Run jailRun, long previous, long value) {
        HostMetric sum = SUMS[metric.index()];
        if (sum == null || value == ABSENT) {
            return;
        }
        long before = previous == ABSENT && jailRun.beganAtMillis() >= beganAtMillis ? 0 : previous;
        long used = before == ABSENT ? 0 : Math.max(0, value - before);
        values[sum.index()] = Math.max(0, values[sum.index()]) + used;
    }

    /** Adds the value of a jail's gauge, if it is summed up. */
    void addGauge(Metric metric, long value) {
        HostMetric sum = SUMS[metric.index()];
        if (sum != null && value != ABSENT) {
            values[sum.index()] = Math.max(0, values[sum.index()]) + value;
        }
    }

    /** Ends a sample of all jails with one of the host. */
    void end(JailMetrics kernel) {
        kernel.sampleHost(values);
        System.arraycopy(values, 0, latest, 0, latest.length);
        for (int i = 0; i < COUNTERS.size(); i++) {
            samples.addCounter(i, values[COUNTERS.get(i).index()]);
        }
        for (int i = 0; i < GAUGES.size(); i++) {
            int index = GAUGES.get(i).index();
            samples.addGauge(i, values[index]);
            // What jails were once measured to use is 0 while none runs.
            values[index] = values[index] == ABSENT || GAUGES.get(i).ofJails().isEmpty() ? ABSENT : 0;
        }
        samples.next();
    }

    /** Returns what the last sample measured. */
    Map<HostMetric, Long> latest() {
        Map<HostMetric, Long> measured = new EnumMap<>(HostMetric.class);
        for (HostMetric metric : HostMetric.values()) {
            if (latest[metric.index()] != ABSENT) {
                measured.put(metric, latest[metric.index()]);
            }
        }
        return measured;
    }

    /** Returns the figures of the slot, and begins the next one; empty if nothing was measured. */
    Optional<HostFigures> close(Instant slot) {
        if (samples.count() == 0) {
            return Optional.empty();
        }
        HostFigures figures = new HostFigures(run, slot, samples.count(), samples.counters(), samples.gauges());
        samples.clear();
        return Optional.of(figures)
                .filter(some -> !some.counters().isEmpty() || !some.gauges().isEmpty());
    }
}
