package dev.bailiwick.agent.reconcile;

import dev.bailiwick.jail.RootPath;
import java.util.LinkedHashSet;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Which jails' files are at, above or below a path. Finding them takes no longer where a host has many jails. */
final class PathIndex {

    /** By path with a slash at its end: then what begins with one is at it or below it. */
    private final NavigableMap<String, Set<ManagedJail>> byPath = new TreeMap<>();

    void add(RootPath path, ManagedJail managed) {
        byPath.computeIfAbsent(key(path), _ -> new LinkedHashSet<>()).add(managed);
    }

    void remove(RootPath path, ManagedJail managed) {
        byPath.computeIfPresent(key(path), (_, there) -> there.remove(managed) && there.isEmpty() ? null : there);
    }

    /** Those of which one path lies within the other, or they are the same. */
    Stream<ManagedJail> overlapping(RootPath path) {
        String own = key(path);
        Stream<Set<ManagedJail>> above = IntStream.range(0, own.length() - 1)
                .filter(i -> own.charAt(i) == '/')
                .mapToObj(i -> byPath.getOrDefault(own.substring(0, i + 1), Set.of()));
        // The character after the slash begins what is neither.
        Stream<Set<ManagedJail>> atAndBelow =
                byPath.subMap(own, own.substring(0, own.length() - 1) + (char) ('/' + 1)).values().stream();
        return Stream.concat(above, atAndBelow).flatMap(Set::stream);
    }

    private static String key(RootPath path) {
        return path.value() + "/";
    }
}
