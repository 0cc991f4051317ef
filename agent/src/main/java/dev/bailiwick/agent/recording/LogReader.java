package dev.bailiwick.agent.recording;

import dev.bailiwick.agent.recording.TimeIndex.Mark;
import dev.bailiwick.jail.question.HostAnswer.LogPart;
import dev.bailiwick.jail.question.LogRead;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Reads a part of a log, while another thread may write it. */
final class LogReader {

    /** How often a read begins again because its oldest segment was deleted. */
    private static final int ATTEMPTS = 3;

    private LogReader() {}

    /** @throws UncheckedIOException if the log cannot be read */
    static LogPart read(Path directory, LogRead read, TimeIndexes times) {
        try {
            for (int attempt = 1; ; attempt++) {
                List<Segment> segments = Segment.of(directory);
                if (segments.isEmpty()) {
                    return new PartBuilder().end(0);
                }
                try {
                    return read(segments, LogRange.of(segments, read, times), read, times);
                } catch (NoSuchFileException e) {
                    if (attempt == ATTEMPTS) {
                        throw e;
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static LogPart read(List<Segment> segments, LogRange range, LogRead read, TimeIndexes times)
            throws IOException {
        Optional<byte[]> text = read.pattern();
        boolean isContinued = !read.patience().isZero();
        return text.isPresent()
                ? new LineSearch(segments, range, text.get(), isContinued, times).search()
                : copy(segments, range, times);
    }

    private static LogPart copy(List<Segment> segments, LogRange range, TimeIndexes indexes) throws IOException {
        PartBuilder part = new PartBuilder();
        long next = range.from();
        for (Segment segment : segments) {
            long end = Math.min(segment.end(), range.to());
            if (end <= next) {
                continue;
            }
            if (!part.hasRoom(1)) {
                return part.rest(next);
            }
            TimeIndex times = indexes.of(segment);
            if (segment.start() > next) {
                part.addGap(segment.start(), times.at(0), segment.start() - next);
                next = segment.start();
            }
            try (FileChannel data = FileChannel.open(segment.data(), StandardOpenOption.READ)) {
                while (next < end) {
                    if (!part.hasRoom(1)) {
                        return part.rest(next);
                    }
                    long position = next - segment.start();
                    Mark mark = times.at(position);
                    if (mark.continues() && mark.position() == position) {
                        part.addGap(next, mark, 0);
                    }
                    long length = Math.min(Math.min(times.until(position) - position, end - next), part.room());
                    part.add(next, mark, bytes(data, position, (int) length));
                    next += length;
                }
            }
        }
        return part.end(next);
    }

    /** Returns so many bytes from this position on; zeros where the file has become shorter. */
    static byte[] bytes(FileChannel data, long position, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining() && data.read(bytes, position + bytes.position()) > 0) {}
        return bytes.array();
    }

    /** Returns the bytes from this number on, at most so many; fewer if the log ends, or has a gap. */
    static byte[] bytes(Path directory, long from, int maximum) {
        byte[] found = new byte[0];
        for (Segment segment : Segment.of(directory)) {
            long begin = Math.max(from, segment.start());
            int length = (int) Math.min(segment.end() - begin, maximum - found.length);
            if (length <= 0) {
                continue;
            }
            try (FileChannel data = FileChannel.open(segment.data(), StandardOpenOption.READ)) {
                byte[] more = bytes(data, begin - segment.start(), length);
                int before = found.length;
                found = Arrays.copyOf(found, before + length);
                System.arraycopy(more, 0, found, before, length);
            } catch (NoSuchFileException removed) {
                // Somebody deletes the log at this moment.
                return found;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return found;
    }
}
