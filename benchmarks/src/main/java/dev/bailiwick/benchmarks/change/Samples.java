package dev.bailiwick.benchmarks.change;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Durations in microseconds. Thread-safe. */
final class Samples {

    private final List<Long> micros = new ArrayList<>();

    synchronized void add(long duration) {
        micros.add(duration);
    }

    synchronized int size() {
        return micros.size();
    }

    /** Returns a percentile in milliseconds; NaN if there are no durations. */
    synchronized double at(double percentile) {
        if (micros.isEmpty()) {
            return Double.NaN;
        }
        long[] sorted = micros.stream().mapToLong(Long::longValue).toArray();
        Arrays.sort(sorted);
        int index = (int) Math.ceil(sorted.length * percentile / 100.0) - 1;
        return sorted[Math.clamp(index, 0, sorted.length - 1)] / 1_000.0;
    }

    synchronized double mean() {
        return micros.stream().mapToLong(Long::longValue).average().orElse(Double.NaN) / 1_000.0;
    }
}
