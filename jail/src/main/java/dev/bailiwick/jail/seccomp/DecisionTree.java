package dev.bailiwick.jail.seccomp;

import dev.bailiwick.jail.seccomp.Node.Comparison;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;

/**
 * Builds the tree of comparisons that finds the range of the accumulator. Its longest path is as short as possible; among such trees
 * it has the fewest comparisons. The instructions after the comparisons count too, so a range with more of them is nearer to the
 * root.
 *
 * <p>Like an optimal search tree, it is found by dynamic programming over series of neighbouring ranges.
 */
final class DecisionTree {

    /** Ascending; each range extends up to the first word of the next one, and neighbours always differ. */
    private final List<Range> ranges = new ArrayList<>();

    /** The depth of the best tree for the ranges from one index to another, including the instructions after it. */
    private final int[][] depth;

    private final int[][] comparisons;

    /** The first range of the upper half in the root's comparison, or the single range for which the root tests. */
    private final int[][] root;

    private record Range(long from, Node node) {}

    private DecisionTree(NavigableMap<Long, Node> starts) {
        if (starts.isEmpty() || starts.firstKey() != 0) {
            throw new IllegalArgumentException("has no node for 0");
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

    /** @param starts the node for all words from each key, unsigned, up to the next key; the first key is 0 */
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

    /** Returns whether these are a single word between two ranges with the same result, so that one test for equality suffices. */
    private boolean isExceptionAmongEquals(int first, int end) {
        return end - first == 3
                && ranges.get(first + 1).from() + 1 == ranges.get(first + 2).from()
                && ranges.get(first).node().equals(ranges.get(first + 2).node());
    }
}
