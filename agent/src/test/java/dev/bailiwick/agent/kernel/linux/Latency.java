package dev.bailiwick.agent.kernel.linux;

import java.util.Arrays;

/** Durations of requests, in microseconds. */
record Latency(long medianMicros, long p95Micros, long p99Micros, int requests) {

    static Latency of(long[] nanos) {
        long[] sorted = nanos.clone();
        Arrays.sort(sorted);
        return new Latency(at(sorted, 50), at(sorted, 95), at(sorted, 99), sorted.length);
    }

    private static long at(long[] sorted, int percent) {
        return sorted[Math.min(sorted.length - 1, sorted.length * percent / 100)] / 1000;
    }

    @Override
    public String toString() {
        return "p50 %,d µs, p95 %,d µs, p99 %,d µs (%d requests)"
                .formatted(medianMicros, p95Micros, p99Micros, requests);
    }
}
