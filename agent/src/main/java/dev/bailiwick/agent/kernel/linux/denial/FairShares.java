package dev.bailiwick.agent.kernel.linux.denial;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Decides of which ranges of ids the kernel hands over all audit records, and of which a sample, so that the loud hide nothing of the
 * quiet. In each turn there is room for {@value #BUDGET} records; a range that made less than its share of them is heard whole, and what
 * it leaves is shared by the others (max-min fairness). Not thread-safe.
 */
final class FairShares {

    /** Records in a turn of 118 ms; a ninth of what the socket's buffer holds. */
    static final int BUDGET = 2_000;

    /** More would be a program that no socket's option memory holds (net.core.optmem_max). */
    static final int MAX_SAMPLED = 32;

    private static final int MAX_EXPONENT = 20;

    private final Map<Integer, Count> turn = new HashMap<>();
    /** What each range would have made in a turn; it falls slowly, so that one that pauses is not heard whole at once. */
    private final Map<Integer, Double> arrivals = new HashMap<>();

    private Map<Integer, Integer> sampled = Map.of();
    private int lastRange = -1;
    private Count last = new Count();

    private static final class Count {
        private int records;
    }

    /** A record came of a process whose user id is in this range. */
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

    /** By range: of 2 to the power of this many records one is to be handed over, whichever. */
    Map<Integer, Integer> sampled() {
        return sampled;
    }

    /** @return whether {@link #sampled} is another than before */
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
