package dev.bailiwick.agent.figure;

import static dev.bailiwick.agent.kernel.JailMetrics.ABSENT;

import dev.bailiwick.agent.kernel.JailMetrics.Run;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.figure.JailFigures;
import dev.bailiwick.jail.figure.JailFigures.Counter;
import dev.bailiwick.jail.figure.JailFigures.Gauge;
import dev.bailiwick.jail.figure.Metric;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The samples of one run of a jail in the current slot. Adding one allocates nothing. */
final class OpenSlot {

    /** More than are taken in five minutes; of further ones only the counters are used. */
    private static final int MAX_SAMPLES = 32;

    private static final List<Metric> COUNTERS = Metric.counters();
    private static final List<Metric> GAUGES = Metric.gauges();

    private final JailId jail;
    private final Run run;
    private final long[] first = new long[COUNTERS.size()];
    private final long[] last = new long[COUNTERS.size()];
    /** An array for each gauge that the run has; none for the others. */
    private final long[][] samples = new long[GAUGES.size()][];

    private int count;

    /** @param isNew whether all of the run is to be counted, and not only what follows the first sample */
    OpenSlot(JailId jail, Run run, boolean isNew) {
        this.jail = jail;
        this.run = run;
        Arrays.fill(first, isNew ? 0 : ABSENT);
        Arrays.fill(last, ABSENT);
    }

    /** @param values by {@code Metric.index()} */
    void add(long[] values) {
        for (int i = 0; i < last.length; i++) {
            long value = values[COUNTERS.get(i).index()];
            if (value != ABSENT) {
                if (first[i] == ABSENT) {
                    first[i] = value;
                }
                last[i] = Math.max(last[i], value);
            }
        }
        if (count < MAX_SAMPLES) {
            for (int i = 0; i < samples.length; i++) {
                addGauge(i, values[GAUGES.get(i).index()]);
            }
            count++;
        }
    }

    private void addGauge(int gauge, long value) {
        if (samples[gauge] == null && value != ABSENT) {
            samples[gauge] = new long[MAX_SAMPLES];
            Arrays.fill(samples[gauge], 0, count, ABSENT);
        }
        if (samples[gauge] != null) {
            samples[gauge][count] = value;
        }
    }

    /** Returns the figures of the slot, and begins the next one; empty if there were no samples. */
    Optional<JailFigures> close(Instant slot) {
        if (count == 0) {
            return Optional.empty();
        }
        Map<Metric, Counter> counters = new EnumMap<>(Metric.class);
        for (int i = 0; i < last.length; i++) {
            if (last[i] != ABSENT) {
                counters.put(COUNTERS.get(i), new Counter(Math.min(first[i], last[i]), last[i]));
                first[i] = last[i];
            }
        }
        Map<Metric, Gauge> gauges = new EnumMap<>(Metric.class);
        for (int i = 0; i < samples.length; i++) {
            if (samples[i] != null) {
                Metric metric = GAUGES.get(i);
                gauge(samples[i]).ifPresent(gauge -> gauges.put(metric, gauge));
            }
        }
        JailFigures figures = new JailFigures(jail, run.id(), slot, count, counters, gauges);
        count = 0;
        return Optional.of(figures);
    }

    private Optional<Gauge> gauge(long[] of) {
        long[] sorted = Arrays.stream(of, 0, count)
                .filter(value -> value != ABSENT)
                .sorted()
                .toArray();
        if (sorted.length == 0) {
            return Optional.empty();
        }
        int rank = (95 * sorted.length + 99) / 100;
        // A sum of 32 amounts of memory fits in 64 bits.
        long mean = Arrays.stream(sorted).sum() / sorted.length;
        return Optional.of(new Gauge(sorted[0], mean, sorted[sorted.length - 1], sorted[rank - 1]));
    }
}
