package dev.bailiwick.jail.seccomp;

import dev.bailiwick.jail.seccomp.Node.Comparison;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/** A balanced tree of comparisons that tells ranges of the accumulator apart. */
final class DecisionTree {

    /** Ranges in order, each from its first word up to the next one's; neighbours always differ. */
    private final List<Range> ranges = new ArrayList<>();

    private record Range(long from, Node node) {}

    private DecisionTree(NavigableMap<Long, Node> starts) {
        if (starts.isEmpty() || starts.firstKey() != 0) {
            throw new IllegalArgumentException("says nothing about 0");
        }
        starts.forEach((from, node) -> {
            if (ranges.isEmpty() || !ranges.getLast().node().equals(node)) {
                ranges.add(new Range(from, node));
            }
        });
    }

    /** @param starts what to do from each key, an unsigned word, up to the next one; the first key is 0 */
    static Node over(NavigableMap<Long, Node> starts) {
        DecisionTree tree = new DecisionTree(new TreeMap<>(starts));
        return tree.between(0, tree.ranges.size());
    }

    private Node between(int first, int end) {
        Node node = ranges.get(first).node();
        if (end - first == 1) {
            return node;
        }
        if (end - first == 3
                && isSingleWord(first + 1)
                && ranges.get(first + 2).node().equals(node)) {
            Range exception = ranges.get(first + 1);
            return new Node.Branch(Comparison.EQUAL, (int) exception.from(), exception.node(), node);
        }
        int middle = (first + end) >>> 1;
        return new Node.Branch(
                Comparison.GREATER_OR_EQUAL,
                (int) ranges.get(middle).from(),
                between(middle, end),
                between(first, middle));
    }

    private boolean isSingleWord(int index) {
        return ranges.get(index + 1).from() == ranges.get(index).from() + 1;
    }
}
