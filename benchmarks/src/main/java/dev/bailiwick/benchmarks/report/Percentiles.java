package dev.bailiwick.benchmarks.report;

import java.util.Arrays;
import java.util.List;

/** Calculates percentiles of at least one value. */
public final class Percentiles {

    private Percentiles() {}

    public static long at(List<Long> values, int percentile) {
        long[] sorted = values.stream().mapToLong(Long::longValue).sorted().toArray();
        return sorted[index(sorted.length, percentile)];
    }

    public static double at(double[] values, int percentile) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[index(sorted.length, percentile)];
    }

    private static int index(int length, int percentile) {
        return Math.min(length - 1, length * percentile / 100);
    }
}
