package dev.bailiwick.jail.seccomp;

import dev.bailiwick.jail.seccomp.Node.Comparison;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;

/**
 * Distinguishes ranges of the accumulator with the shortest longest path, then the fewest comparisons. What comes after the
 * comparisons counts too: a range that has more to look at ends up nearer to the root.
 *
 * <p>Found by dynamic programming over runs of neighbouring ranges, as an optimal search tree is.
 */
final class DecisionTree {

    /** Each from its first word up to the next one's, ascending; neighbours always differ. */
    private final List<Range> ranges = new ArrayList<>();

    /** How deep the best tree is for the ranges from one index up to another, with what comes after. */
    private final int[][] depth;

    private final int[][] comparisons;

    /** The range that the comparison in the root of the same tree starts with, or the one that the root asks for by itself. */
    private final int[][] root;

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
        int count = ranges.size();
        depth = new int[count][count + 1];
        comparisons = new int[count][count + 1];
        root = new int[count][count + 1];
        for (int first = 0; first < count; first++) {
            depth[first][first + 1] = ranges.get(first).node().depth();
        }
        for (int length = 2; length <= count; length++) {
            for (int first = 0; first + length <= count; first++) {
                choose(first, first + length);
            }
        }
    }

    /** @param starts what to do from each key, an unsigned word, up to the next one; the first key is 0 */
    static Node over(NavigableMap<Long, Node> starts) {
        DecisionTree tree = new DecisionTree(starts);
        return tree.node(0, tree.ranges.size());
    }

    private void choose(int first, int end) {
        if (isExceptionAmongEquals(first, end)) {
            root[first][end] = first + 1;
            depth[first][end] = 1 + Math.max(depth[first][first + 1], depth[first + 1][first + 2]);
            comparisons[first][end] = 1;
            return;
        }
        depth[first][end] = Integer.MAX_VALUE;
        for (int middle = first + 1; middle < end; middle++) {
            int deep = 1 + Math.max(depth[first][middle], depth[middle][end]);
            int many = 1 + comparisons[first][middle] + comparisons[middle][end];
            if (deep < depth[first][end] || (deep == depth[first][end] && many < comparisons[first][end])) {
                root[first][end] = middle;
                depth[first][end] = deep;
                comparisons[first][end] = many;
            }
        }
    }

    private Node node(int first, int end) {
        if (end - first == 1) {
            return ranges.get(first).node();
        }
        int middle = root[first][end];
        Range asked = ranges.get(middle);
        if (isExceptionAmongEquals(first, end)) {
            return new Node.Branch(
                    Comparison.EQUAL,
                    (int) asked.from(),
                    asked.node(),
                    ranges.get(first).node());
        }
        return new Node.Branch(Comparison.GREATER_OR_EQUAL, (int) asked.from(), node(middle, end), node(first, middle));
    }

    /** One word between two ranges that are treated alike: a single comparison for equality tells them apart. */
    private boolean isExceptionAmongEquals(int first, int end) {
        return end - first == 3
                && ranges.get(first + 1).from() + 1 == ranges.get(first + 2).from()
                && ranges.get(first).node().equals(ranges.get(first + 2).node());
    }
}
