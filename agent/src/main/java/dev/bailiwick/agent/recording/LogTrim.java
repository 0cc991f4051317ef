package dev.bailiwick.agent.recording;

import dev.bailiwick.agent.recording.TimeIndex.Mark;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** Makes a log smaller whose bound has become smaller, while nothing writes to it. Readers go on. */
final class LogTrim {

    /** Not the name of a segment, so it is nothing until it is whole. */
    static final String UNFINISHED = "shortened";

    /** What the last blocks of the two files of a segment may take beyond their bytes. */
    private static final long ROUNDING = 8 << 10;

    private LogTrim() {}

    /**
     * Deletes the oldest of a log, so that its files take at most so many bytes.
     *
     * @param maxBytes at least 1 MiB
     */
    static void trim(Path directory, long maxBytes) throws IOException {
        List<Segment> segments = Segment.of(directory);
        long size = segments.stream().mapToLong(Segment::size).sum();
        for (int i = 0; i < segments.size() - 1 && size > maxBytes; i++) {
            size -= segments.get(i).size();
            segments.get(i).delete();
        }
        if (size > maxBytes) {
            shorten(segments.getLast(), maxBytes);
        }
    }

    /** Replaces a segment by one with its end. */
    private static void shorten(Segment segment, long maxBytes) throws IOException {
        TimeIndex times = TimeIndex.of(segment, null);
        long length = segment.end() - segment.start();
        long kept = Math.min(length, maxBytes / 2);
        while (kept > 0 && kept + timesFrom(times, length - kept) > maxBytes - ROUNDING) {
            kept /= 2;
        }
        Segment shortened = new Segment(segment.directory(), segment.end() - kept);
        writeTimes(times, length - kept, shortened.times());
        Path unfinished = segment.directory().resolve(UNFINISHED);
        try (FileChannel from = FileChannel.open(segment.data(), StandardOpenOption.READ);
                FileChannel to = FileChannel.open(
                        unfinished,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.TRUNCATE_EXISTING)) {
            from.position(length - kept);
            for (long at = 0; at < kept; ) {
                at += to.transferFrom(from, at, kept - at);
            }
        }
        Files.move(unfinished, shortened.data(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        segment.delete();
    }

    private static long timesFrom(TimeIndex times, long position) {
        long bytes = TimeIndex.RECORD_BYTES;
        for (long next = times.until(position); next != Long.MAX_VALUE; next = times.until(next)) {
            bytes += TimeIndex.RECORD_BYTES;
        }
        return bytes;
    }

    private static void writeTimes(TimeIndex times, long first, Path file) throws IOException {
        try (FileChannel to = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            for (long position = first; position != Long.MAX_VALUE; position = times.until(position)) {
                Mark mark = times.at(position);
                boolean begins = mark.position() == position;
                to.write(new Mark(position - first, mark.millis(), mark.source(), begins && mark.continues()).bytes());
            }
        }
    }
}
