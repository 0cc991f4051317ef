package dev.bailiwick.server.jail;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** The root paths of one host's jails, each with whose it is: no two may be the same, and none may lie within another. */
public final class PathsInUse<T> {

    private final NavigableMap<String, T> owners = new TreeMap<>();

    public void add(String path, T owner) {
        owners.put(path, owner);
    }

    /** Whose path is this one, above it or below. */
    public Optional<T> overlapping(String path) {
        for (String part : atOrAbove(path)) {
            T owner = owners.get(part);
            if (owner != null) {
                return Optional.of(owner);
            }
        }
        // In the order of characters '0' follows upon '/'.
        return owners.subMap(path + "/", path + "0").values().stream().findFirst();
    }

    /** The path and all directories above it but the topmost. */
    static List<String> atOrAbove(String path) {
        List<String> parts = new ArrayList<>();
        for (String part = path; !part.isEmpty(); part = part.substring(0, part.lastIndexOf('/'))) {
            parts.add(part);
        }
        return parts;
    }
}
