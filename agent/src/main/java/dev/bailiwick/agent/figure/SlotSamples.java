package dev.bailiwick.agent.figure;

import static dev.bailiwick.agent.kernel.JailMetrics.ABSENT;

import dev.bailiwick.jail.figure.JailFigures.Counter;
import dev.bailiwick.jail.figure.JailFigures.Gauge;
import dev.bailiwick.jail.figure.Measure;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The samples of some counters and gauges in the current slot. Adding one allocates nothing.
 *
 * @param <M> what is measured
 */
final class SlotSamples<M extends Enum<M> & Measure> {

    /** More than are taken in five minutes; of further ones only the counters are used. */
    private static final int MAX_SAMPLES = 32;

    private final Class<M> type;
    private final List<M> counters;
    private final List<M> gauges;
    private final long[] first;
    private final long[] last;
    /** An array for each gauge that was measured; none for the others. */
    private final long[][] samples;

    private int count;

    /** From each counter, only what follows the first sample counts. */
    SlotSamples(Class<M> type, List<M> counters, List<M> gauges) {
        this.type = type;
        this.counters = counters;
        this.gauges = gauges;
        this.first = new long[counters.size()];
        this.last = new long[counters.size()];
        this.samples = new long[gauges.size()][];
        Arrays.fill(first, ABSENT);
        Arrays.fill(last, ABSENT);
    }

    /** Counts all of a counter, by its place in the list, and not only what follows the first sample. */
    void countFromZero(int counter) {
        first[counter] = 0;
    }

    /** Returns the last reading of a counter, by its place in the list; {@code ABSENT} if there is none. */
    long last(int counter) {
        return last[counter];
    }

    /** Adds the reading of a counter, by its place in the list. Lower ones than before are ignored. */
    void addCounter(int counter, long value) {
        if (value != ABSENT) {
            if (first[counter] == ABSENT) {
                first[counter] = value;
            }
            last[counter] = Math.max(last[counter], value);
        }
    }

    /** Adds the value of a gauge, by its place in the list, to the sample that {@link #next} ends. */
    void addGauge(int gauge, long value) {
        if (count == MAX_SAMPLES) {
            return;
        }
        if (samples[gauge] == null && value != ABSENT) {
            samples[gauge] = new long[MAX_SAMPLES];
            Arrays.fill(samples[gauge], 0, count, ABSENT);
        }
        if (samples[gauge] != null) {
            samples[gauge][count] = value;
        }
    }

    /** Ends a sample. */
    void next() {
        count = Math.min(MAX_SAMPLES, count + 1);
    }

    /** Returns how many samples the slot has. */
    int count() {
        return count;
    }

    /** Begins the next slot. */
    void clear() {
        System.arraycopy(last, 0, first, 0, last.length);
        count = 0;
    }

    Map<M, Counter> counters() {
        Map<M, Counter> read = new EnumMap<>(type);
        for (int i = 0; i < last.length; i++) {
            if (last[i] != ABSENT) {
                read.put(counters.get(i), new Counter(Math.min(first[i], last[i]), last[i]));
            }
        }
        return read;
    }

    Map<M, Gauge> gauges() {
        Map<M, Gauge> read = new EnumMap<>(type);
        for (int i = 0; i < samples.length; i++) {
            if (samples[i] != null) {
                M metric = gauges.get(i);
                gauge(samples[i]).ifPresent(gauge -> read.put(metric, gauge));
            }
        }
        return read;
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
