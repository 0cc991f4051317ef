package dev.bailiwick.jail.syscall;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Finds existing names that are similar to one that does not exist. */
public final class NearNames {

    private static final int MAX = 3;

    private NearNames() {}

    /** Returns up to three similar names, the nearest first. A name that shares no letter with what was typed is not similar. */
    public static List<String> of(String typed, Stream<String> names) {
        record Near(String name, int distance) {}
        int farthest = Math.max(1, typed.length() / 3);
        // The distance is at least the difference in length, so much longer names are skipped at no cost.
        return names.filter(name -> Math.abs(typed.length() - name.length()) <= farthest)
                .map(name -> new Near(name, distance(typed, name)))
                .filter(near -> near.distance <= farthest && near.distance < typed.length())
                .sorted(Comparator.comparingInt(Near::distance).thenComparing(Near::name))
                .limit(MAX)
                .map(Near::name)
                .toList();
    }

    /** Returns how many letters must be added, dropped, replaced or swapped with a neighbour (optimal string alignment). */
    private static int distance(String one, String other) {
        int[][] table = new int[one.length() + 1][other.length() + 1];
        for (int i = 0; i <= one.length(); i++) {
            for (int j = 0; j <= other.length(); j++) {
                table[i][j] = cell(one, other, table, i, j);
            }
        }
        return table[one.length()][other.length()];
    }

    private static int cell(String one, String other, int[][] table, int i, int j) {
        if (i == 0 || j == 0) {
            return i + j;
        }
        int replaced = table[i - 1][j - 1] + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
        int least = Math.min(replaced, Math.min(table[i - 1][j], table[i][j - 1]) + 1);
        boolean swapped =
                i > 1 && j > 1 && one.charAt(i - 1) == other.charAt(j - 2) && one.charAt(i - 2) == other.charAt(j - 1);
        return swapped ? Math.min(least, table[i - 2][j - 2] + 1) : least;
    }
}
