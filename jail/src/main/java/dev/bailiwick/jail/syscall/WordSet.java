package dev.bailiwick.jail.syscall;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A set of unsigned 32-bit words.
 *
 * @param ranges ascending, disjoint and never adjacent
 */
public record WordSet(List<Range> ranges) {

    private static final long GREATEST = 0xFFFF_FFFFL;

    /** A range of words from 0 to 2^32 - 1, including both ends. */
    public record Range(long from, long to) {
        public Range {
            if (from < 0 || to < from || to > GREATEST) {
                throw new IllegalArgumentException("no range of words: " + from + " to " + to);
            }
        }
    }

    /** Sorts and merges the given ranges, which need not be ascending or disjoint. */
    public WordSet {
        List<Range> merged = new ArrayList<>();
        for (Range range :
                ranges.stream().sorted(Comparator.comparingLong(Range::from)).toList()) {
            if (!merged.isEmpty() && merged.getLast().to() + 1 >= range.from()) {
                Range last = merged.removeLast();
                merged.add(new Range(last.from(), Math.max(last.to(), range.to())));
            } else {
                merged.add(range);
            }
        }
        ranges = List.copyOf(merged);
    }

    public static WordSet of(long word) {
        return new WordSet(List.of(new Range(word, word)));
    }

    public WordSet complement() {
        List<Range> gaps = new ArrayList<>();
        long next = 0;
        for (Range range : ranges) {
            if (range.from() > next) {
                gaps.add(new Range(next, range.from() - 1));
            }
            next = range.to() + 1;
        }
        if (next <= GREATEST) {
            gaps.add(new Range(next, GREATEST));
        }
        return new WordSet(gaps);
    }

    public boolean contains(int word) {
        long unsigned = Integer.toUnsignedLong(word);
        return ranges.stream().anyMatch(r -> r.from() <= unsigned && unsigned <= r.to());
    }
}
