package dev.bailiwick.agent.kernel.linux.ids;

import dev.bailiwick.agent.kernel.HostLayout;
import dev.bailiwick.jail.JailId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The record in memory: which jail owns which range, and which directories belong to it. It also parses and formats the record's lines:
 * {@code <jail> <first id>} for a range without a directory, {@code <jail> <first id> used|kept <customer or -> <path>},
 * {@code <jail> left <path>} and {@code <jail> free}. Guarded by the owner's lock, except {@link #find}.
 */
final class RecordedFiles {

    private static final long END_OF_IDS = 1L << 32;

    private final RangeSlots slots;
    private final Map<JailId, IdRange> ranges = new ConcurrentSkipListMap<>();
    private final Map<IdRange, JailId> owners = new HashMap<>();
    private final TreeMap<String, Holding> holdings = new TreeMap<>();

    RecordedFiles(RangeSlots slots) {
        this.slots = slots;
    }

    // ---- ranges -----------------------------------------------------------------------------------------------------

    /** Returns the jail's range. Thread-safe. */
    Optional<IdRange> find(JailId jail) {
        return Optional.ofNullable(ranges.get(jail));
    }

    /** Returns the range that owns the files of this directory. */
    IdRange borne(Holding holding) {
        return Objects.requireNonNull(ranges.get(holding.jail()), "a jail that has files has a range");
    }

    Optional<JailId> ownerOf(IdRange range) {
        return Optional.ofNullable(owners.get(range));
    }

    List<JailId> jails() {
        return List.copyOf(ranges.keySet());
    }

    int count() {
        return ranges.size();
    }

    void own(JailId jail, IdRange range) {
        ranges.put(jail, range);
        owners.put(range, jail);
        slots.take(range);
    }

    /** Removes the jail's range and all its directories. */
    void disown(JailId jail) {
        IdRange range = ranges.remove(jail);
        if (range != null) {
            owners.remove(range);
            removeIf(holding -> holding.jail().equals(jail));
            slots.free(range);
        }
    }

    // ---- directories ------------------------------------------------------------------------------------------------

    Optional<Holding> at(String path) {
        return Optional.ofNullable(holdings.get(path));
    }

    Stream<Holding> all() {
        return holdings.values().stream();
    }

    /** Returns the directories of a jail. A jail without a range has none, which spares a new jail the look at those of all others. */
    Stream<Holding> of(JailId jail) {
        return !ranges.containsKey(jail)
                ? Stream.empty()
                : all().filter(holding -> holding.jail().equals(jail));
    }

    boolean hasFiles(JailId jail) {
        return of(jail).findAny().isPresent();
    }

    /** Returns another jail's directory at this path, above it or below it. */
    Optional<Holding> overlapping(JailId jail, String path) {
        for (int end = path.length(); end > 0; end = path.lastIndexOf('/', end - 1)) {
            Holding atOrAbove = holdings.get(path.substring(0, end));
            if (atOrAbove != null && !atOrAbove.jail().equals(jail)) {
                return Optional.of(atOrAbove);
            }
        }
        // In character order, '0' follows '/'.
        for (Holding below : holdings.subMap(path + "/", path + "0").values()) {
            if (!below.jail().equals(jail)) {
                return Optional.of(below);
            }
        }
        return Optional.empty();
    }

    /** @return the previous record of this directory */
    @Nullable
    Holding put(Holding holding) {
        return holdings.put(holding.path(), holding);
    }

    void remove(String path) {
        holdings.remove(path);
    }

    private boolean removeIf(Predicate<Holding> condition) {
        return holdings.values().removeIf(condition);
    }

    // ---- lines ------------------------------------------------------------------------------------------------------

    /** Returns everything that is recorded now, as lines. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        ranges.forEach((jail, range) -> {
            List<String> held = of(jail).map(holding -> holding.line(range)).toList();
            lines.addAll(held.isEmpty() ? List.of(line(jail, range)) : held);
        });
        return lines;
    }

    static String line(JailId jail, IdRange range) {
        return jail + " " + range.first();
    }

    static String left(JailId jail, String path) {
        return jail + " left " + path;
    }

    static String free(JailId jail) {
        return jail + " free";
    }

    /**
     * Applies a line; returns whether an agent could have written it at this place. If lines contradict each other, the later one wins.
     */
    boolean replay(String line) {
        String[] words = line.split(" ", 5);
        try {
            JailId jail = JailId.parse(words[0]);
            if (words.length == 2 && words[1].equals("free")) {
                boolean known = ranges.containsKey(jail);
                removeIf(holding -> holding.jail().equals(jail));
                disown(jail);
                return known;
            }
            if (words.length >= 3 && words[1].equals("left")) {
                String path = line.substring(words[0].length() + " left ".length());
                return removeIf(
                        holding -> holding.jail().equals(jail) && holding.path().equals(path));
            }
            if (words.length != 2 && words.length != 5) {
                return false;
            }
            IdRange range = parseRange(words[1]);
            Optional<Holding> holding = words.length == 5
                    ? Optional.of(Holding.parse(jail, words[2], words[3], words[4]))
                    : Optional.empty();
            boolean contradicts = !owners.getOrDefault(range, jail).equals(jail)
                    || !ranges.getOrDefault(jail, range).equals(range);
            if (contradicts) {
                ownerOf(range).ifPresent(this::disown);
                disown(jail);
            }
            own(jail, range);
            holding.ifPresent(this::put);
            return !contradicts;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static IdRange parseRange(String text) {
        long first = Long.parseLong(text);
        if (first < HostLayout.RANGE_WIDTH
                || first % HostLayout.RANGE_WIDTH != 0
                || first >= END_OF_IDS
                || !text.equals(Long.toString(first))) {
            throw new IllegalArgumentException("no range begins at " + text);
        }
        return new IdRange(first);
    }
}
