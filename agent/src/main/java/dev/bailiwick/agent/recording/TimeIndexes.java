package dev.bailiwick.agent.recording;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Holds the times of the segments that were read last, so that a reader who follows a log reads only what was added to them. For several
 * threads.
 */
final class TimeIndexes {

    private static final long MAX_BYTES = 8 << 20;
    private static final int MAX_SEGMENTS = 256;

    /** The least recently used first. */
    private final Map<FileKey, TimeIndex> known = new LinkedHashMap<>(16, 0.75f, true);

    private long bytes;

    /** @param file tells a file from an earlier one at the same path */
    private record FileKey(Path path, @Nullable Object file) {}

    TimeIndex of(Segment segment) throws IOException {
        FileKey key;
        try {
            key = new FileKey(
                    segment.times(),
                    Files.readAttributes(segment.times(), BasicFileAttributes.class)
                            .fileKey());
        } catch (NoSuchFileException e) {
            return TimeIndex.of(segment, null);
        }
        TimeIndex before = known(key);
        TimeIndex now = TimeIndex.of(segment, before);
        if (now != before && now.bytes() > 0) {
            keep(key, now);
        }
        return now;
    }

    private synchronized @Nullable TimeIndex known(FileKey key) {
        return known.get(key);
    }

    private synchronized void keep(FileKey key, TimeIndex index) {
        TimeIndex before = known.put(key, index);
        bytes += index.bytes() - (before == null ? 0 : before.bytes());
        Iterator<TimeIndex> oldest = known.values().iterator();
        while (bytes > MAX_BYTES || known.size() > MAX_SEGMENTS) {
            bytes -= oldest.next().bytes();
            oldest.remove();
        }
    }
}
