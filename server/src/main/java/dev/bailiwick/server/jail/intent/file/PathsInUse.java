package dev.bailiwick.server.jail.intent.file;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The root paths of the jails of one host, each with its owner. No two paths may be equal, and none may lie within
 * another.
 */
public final class PathsInUse<T> {

    private final NavigableMap<String, T> owners = new TreeMap<>();

    public void add(String path, T owner) {
        owners.put(path, owner);
    }

    /** Returns the owner of a path that is equal to this one, or lies above or below it. */
    public Optional<T> overlapping(String path) {
        for (String part : atOrAbove(path)) {
            T owner = owners.get(part);
            if (owner != null) {
                return Optional.of(owner);
            }
        }
        // In the order of characters, '0' comes directly after '/'.
        return owners.subMap(path + "/", path + "0").values().stream().findFirst();
    }

    /** Returns the path and all directories above it, except the root directory. */
    public static List<String> atOrAbove(String path) {
        List<String> parts = new ArrayList<>();
        for (String part = path; !part.isEmpty(); part = part.substring(0, part.lastIndexOf('/'))) {
            parts.add(part);
        }
        return parts;
    }
}
