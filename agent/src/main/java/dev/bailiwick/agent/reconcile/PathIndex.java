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
    private final NavigableMap<String, Set<JailTrack>> tracks = new TreeMap<>();

    void add(RootPath path, JailTrack track) {
        tracks.computeIfAbsent(key(path), _ -> new LinkedHashSet<>()).add(track);
    }

    void remove(RootPath path, JailTrack track) {
        tracks.computeIfPresent(key(path), (_, there) -> there.remove(track) && there.isEmpty() ? null : there);
    }

    /** Those of which one path lies within the other, or they are the same. */
    Stream<JailTrack> overlapping(RootPath path) {
        String own = key(path);
        Stream<Set<JailTrack>> above = IntStream.range(0, own.length() - 1)
                .filter(i -> own.charAt(i) == '/')
                .mapToObj(i -> tracks.getOrDefault(own.substring(0, i + 1), Set.of()));
        // The character after the slash begins what is neither.
        Stream<Set<JailTrack>> atAndBelow =
                tracks.subMap(own, own.substring(0, own.length() - 1) + (char) ('/' + 1)).values().stream();
        return Stream.concat(above, atAndBelow).flatMap(Set::stream);
    }

    private static String key(RootPath path) {
        return path.value() + "/";
    }
}
