package dev.bailiwick.agent.recording;

import dev.bailiwick.jail.question.LogRead;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;

/**
 * The bytes of a log that are read.
 *
 * @param from the number of the first
 * @param to the number of the byte after the last
 */
record LogRange(long from, long to) {

    /** How far back the lines of a tail are counted. */
    private static final long MAX_TAIL_BYTES = 32 << 20;

    private static final int BLOCK_BYTES = 64 << 10;

    /** @param segments those of the log; at least one */
    static LogRange of(List<Segment> segments, LogRead read, TimeIndexes times) throws IOException {
        long first = segments.getFirst().start();
        long end = segments.getLast().end();
        long from = read.from().orElse(first);
        if (from > end) {
            // The log that the number is from was lost.
            from = first;
        }
        if (read.since().isPresent()) {
            from = Math.max(from, since(segments, read.since().get(), times));
        }
        long to = read.until().isPresent()
                ? Math.min(end, since(segments, read.until().get(), times))
                : end;
        if (read.tail().isPresent()) {
            from = Math.max(from, tail(segments, to, read.tail().getAsInt()));
        }
        return new LogRange(from, Math.max(from, to));
    }

    /** Returns the number of the first byte that was recorded at this time or later; the end if none was. */
    private static long since(List<Segment> segments, Instant time, TimeIndexes indexes) throws IOException {
        long after = segments.getLast().end();
        for (Segment segment : segments.reversed()) {
            TimeIndex times = indexes.of(segment);
            if (times.at(0).millis() < time.toEpochMilli()) {
                long position = times.since(time);
                return position == Long.MAX_VALUE ? after : Math.min(after, segment.start() + position);
            }
            after = segment.start();
        }
        return after;
    }

    /** Returns where the last lines before the end begin. A line that has not ended counts. */
    private static long tail(List<Segment> segments, long end, int lines) throws IOException {
        // The end of the last line is not the beginning of another one.
        int left = lines;
        boolean isLast = true;
        for (Segment segment : segments.reversed()) {
            long length = Math.min(end, segment.end()) - segment.start();
            if (length <= 0) {
                continue;
            }
            try (FileChannel data = FileChannel.open(segment.data(), StandardOpenOption.READ)) {
                for (long high = length; high > 0; high -= BLOCK_BYTES) {
                    long low = Math.max(0, high - BLOCK_BYTES);
                    byte[] block = LogReader.bytes(data, low, (int) (high - low));
                    for (int i = block.length - 1; i >= 0; i--) {
                        boolean ends = block[i] == '\n';
                        if (ends && !isLast) {
                            left--;
                        }
                        isLast = false;
                        if (left <= 0) {
                            return lines == 0 ? end : segment.start() + low + i + 1;
                        }
                    }
                    if (end - segment.start() - low > MAX_TAIL_BYTES) {
                        return segment.start() + low;
                    }
                }
            }
        }
        return segments.getFirst().start();
    }
}
