package dev.bailiwick.agent.kernel.linux.denial;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Decides for which ranges of ids the kernel passes all audit records, and for which only a sample, so that jails with many records do
 * not hide those of others. There is room for {@value #BUDGET} records in each turn. A range that causes less than its share is never
 * sampled; the others share what it leaves (max-min fairness). Not thread-safe.
 */
final class FairShares {

    /** Records in a turn of 118 ms; a ninth of what the socket's buffer can contain. */
    static final int BUDGET = 2_000;

    /** A longer program would not fit into a socket's option memory (net.core.optmem_max). */
    static final int MAX_SAMPLED = 32;

    private static final int MAX_EXPONENT = 20;

    private final Map<Integer, Count> turn = new HashMap<>();
    /**
     * The number of records that each range would have caused in a turn. It falls slowly, so that a range that pauses continues to be
     * sampled.
     */
    private final Map<Integer, Double> arrivals = new HashMap<>();

    private Map<Integer, Integer> sampled = Map.of();
    private int lastRange = -1;
    private Count last = new Count();

    private static final class Count {
        private int records;
    }

    /** Counts a record of a process whose user id is in this range. */
    void count(int range) {
        if (range != lastRange) {
            lastRange = range;
            last = turn.computeIfAbsent(range, _ -> new Count());
        }
        last.records++;
    }

    boolean isSampled(int range) {
        return sampled.containsKey(range);
    }

    /** Returns the exponent by range: the kernel passes one in 2 to this power of the range's records, at random. */
    Map<Integer, Integer> sampled() {
        return sampled;
    }

    /**
     * Ends a turn.
     *
     * @return whether {@link #sampled} has changed
     */
    boolean endTurn() {
        arrivals.replaceAll((range, before) -> before * 7 / 8);
        turn.forEach((range, count) -> {
            double made = Math.scalb((double) count.records, sampled.getOrDefault(range, 0));
            arrivals.merge(range, made, Math::max);
        });
        arrivals.values().removeIf(made -> made < 1);
        turn.clear();
        lastRange = -1;
        Map<Integer, Integer> before = sampled;
        sampled = sample();
        return !sampled.equals(before);
    }

    private Map<Integer, Integer> sample() {
        List<Double> ascending = arrivals.values().stream().sorted().toList();
        double left = BUDGET;
        double share = Double.MAX_VALUE;
        for (int i = 0; i < ascending.size() && share == Double.MAX_VALUE; i++) {
            double equal = left / (ascending.size() - i);
            if (ascending.get(i) > equal) {
                share = equal;
            }
            left -= ascending.get(i);
        }
        double each = share;
        Map<Integer, Integer> loud = new HashMap<>();
        arrivals.entrySet().stream()
                .filter(range -> range.getValue() > each)
                .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
                .limit(MAX_SAMPLED)
                .forEach(range -> loud.put(
                        range.getKey(), Math.clamp(Math.getExponent(range.getValue() / each) + 1, 1, MAX_EXPONENT)));
        return Map.copyOf(loud);
    }
}
