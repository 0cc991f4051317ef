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
        long end = segments.getLast().knownEnd();
        long from = read.from().orElse(first);
        if (from > end) {
            // The log that the number is from was lost.
            from = first;
        }
        if (read.since().isPresent()) {
            from = Math.max(from, since(segments, end, read.since().get(), times));
        }
        long to = read.until().isPresent()
                ? Math.min(end, until(segments, read.until().get(), times))
                : end;
        if (read.tail().isPresent()) {
            from = Math.max(from, tail(segments, to, read.tail().getAsInt()));
        }
        return new LogRange(from, Math.max(from, to));
    }

    /**
     * Returns the number of the first byte that was recorded at this time or later; the end if none was. The clock of the host may have
     * been set back meanwhile, so each segment counts.
     *
     * @param end as it was before the times are read: later output may have later times
     */
    private static long since(List<Segment> segments, long end, Instant time, TimeIndexes indexes) throws IOException {
        for (Segment segment : segments) {
            long position = indexes.of(segment).since(time);
            if (position != Long.MAX_VALUE) {
                return segment.start() + position;
            }
        }
        return end;
    }

    /** Returns the number of the byte after the last that was recorded before this time; the first if none was. */
    private static long until(List<Segment> segments, Instant time, TimeIndexes indexes) throws IOException {
        for (Segment segment : segments.reversed()) {
            long position = indexes.of(segment).until(time);
            if (position > 0) {
                return position == Long.MAX_VALUE ? segment.end() : segment.start() + position;
            }
        }
        return segments.getFirst().start();
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
