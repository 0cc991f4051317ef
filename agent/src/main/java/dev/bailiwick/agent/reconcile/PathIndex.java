package dev.bailiwick.agent.reconcile;

import dev.bailiwick.jail.RootPath;
import java.util.LinkedHashSet;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Finds the jails whose path is at, above or below a given path, in a time that hardly grows with the number of jails. */
final class PathIndex {

    /** Keys are paths with a slash at the end: a key that begins with another one lies at it or below it. */
    private final NavigableMap<String, Set<ManagedJail>> byPath = new TreeMap<>();

    void add(RootPath path, ManagedJail managed) {
        byPath.computeIfAbsent(key(path), _ -> new LinkedHashSet<>()).add(managed);
    }

    void remove(RootPath path, ManagedJail managed) {
        byPath.computeIfPresent(key(path), (_, there) -> there.remove(managed) && there.isEmpty() ? null : there);
    }

    /** Returns the jails whose path is the same, or contains this path, or lies within it. */
    Stream<ManagedJail> overlapping(RootPath path) {
        String own = key(path);
        Stream<Set<ManagedJail>> above = IntStream.range(0, own.length() - 1)
                .filter(i -> own.charAt(i) == '/')
                .mapToObj(i -> byPath.getOrDefault(own.substring(0, i + 1), Set.of()));
        // All keys that begin with own come before the same key with '/' + 1 as its last character.
        Stream<Set<ManagedJail>> atAndBelow =
                byPath.subMap(own, own.substring(0, own.length() - 1) + (char) ('/' + 1)).values().stream();
        return Stream.concat(above, atAndBelow).flatMap(Set::stream);
    }

    private static String key(RootPath path) {
        return path.value() + "/";
    }
}
