package dev.bailiwick.agent.kernel.linux.ids;

import dev.bailiwick.agent.kernel.HostLayout;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.validation.InvalidValue;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The record of ranges that earlier agents kept in their state directory: lines {@code <jail> <slot>}, or {@code <jail> -}. */
final class LegacyRanges {

    private static final Pattern LINE = Pattern.compile("(\\S+) (-|0|[1-9][0-9]{0,4})");

    private LegacyRanges() {}

    /**
     * Returns the recorded ranges; nothing if there is no such record.
     *
     * @throws IllegalStateException if the record is damaged: a guess could give one jail's files to another
     */
    static Map<JailId, IdRange> read(HostLayout layout) throws IOException {
        Map<JailId, IdRange> ranges = new TreeMap<>();
        Path file = file(layout);
        if (!Files.exists(file)) {
            return ranges;
        }
        String text = Files.readString(file, StandardCharsets.ISO_8859_1);
        Set<IdRange> taken = new HashSet<>();
        for (String line : text.substring(0, text.lastIndexOf('\n') + 1).lines().toList()) {
            Matcher matcher = LINE.matcher(line);
            if (!matcher.matches()) {
                throw new IllegalStateException(file + " is damaged; restore it before any jail is started: " + line);
            }
            JailId jail = jail(file, matcher.group(1));
            taken.remove(ranges.remove(jail));
            if (!matcher.group(2).equals("-")) {
                IdRange range =
                        new IdRange(layout.firstHostId() + Long.parseLong(matcher.group(2)) * HostLayout.RANGE_WIDTH);
                if (!taken.add(range)) {
                    throw new IllegalStateException(
                            file + " is damaged; restore it before any jail is started: two jails have one range");
                }
                ranges.put(jail, range);
            }
        }
        return ranges;
    }

    private static JailId jail(Path file, String text) {
        try {
            return JailId.parse(text);
        } catch (InvalidValue e) {
            throw new IllegalStateException(file + " is damaged; restore it before any jail is started", e);
        }
    }

    /** Removes the file; the new record contains its content. */
    static void remove(HostLayout layout) throws IOException {
        Files.deleteIfExists(file(layout));
    }

    private static Path file(HostLayout layout) {
        return layout.stateDirectory().resolve("id-ranges");
    }
}
