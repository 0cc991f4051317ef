package dev.bailiwick.agent.recording;

import dev.bailiwick.agent.recording.TimeIndex.Mark;
import dev.bailiwick.jail.question.HostAnswer.LogPart;
import dev.bailiwick.jail.question.LogEntry.Source;
import dev.bailiwick.jail.question.LogRead;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Searches a part of a log for lines with a text. It stops after a time, so that the next question goes on from there. A line longer than
 * {@link LogRead#MAX_LINE_BYTES} counts as several, and a text across two of them is not found.
 */
final class LineSearch {

    private static final long MAX_NANOS = TimeUnit.MILLISECONDS.toNanos(300);
    private static final int BLOCK_BYTES = LogRead.MAX_LINE_BYTES;

    private final List<Segment> segments;
    private final LogRange range;
    private final byte[] text;
    private final boolean isContinued;
    private final TimeIndexes indexes;
    private final PartBuilder part = new PartBuilder();

    /** A line of which the end is not read yet, and what follows it in a block. */
    private final byte[] window = new byte[2 * BLOCK_BYTES];

    private int length;
    /** The number of the first byte in the window, and what holds for it. */
    private long start;

    private Mark first = new Mark(0, 0, Source.OUTPUT, false);

    /** @param isContinued whether a last line without an end waits for it */
    LineSearch(List<Segment> segments, LogRange range, byte[] text, boolean isContinued, TimeIndexes indexes) {
        this.segments = segments;
        this.range = range;
        this.text = text;
        this.isContinued = isContinued;
        this.indexes = indexes;
        this.start = range.from();
    }

    LogPart search() throws IOException {
        long deadline = System.nanoTime() + MAX_NANOS;
        for (Segment segment : segments) {
            long end = Math.min(segment.end(), range.to());
            if (end <= start + length) {
                continue;
            }
            TimeIndex times = indexes.of(segment);
            if (segment.start() > start + length) {
                long gap = segment.start() - start - length;
                if (!finishLine()) {
                    return part.rest(start);
                }
                part.addGap(segment.start(), times.at(0), gap);
                start = segment.start();
            }
            try (FileChannel data = FileChannel.open(segment.data(), StandardOpenOption.READ)) {
                while (start + length < end) {
                    long next = start + length;
                    int more = (int) Math.min(end - next, BLOCK_BYTES);
                    if (length == 0) {
                        first = times.at(next - segment.start());
                    }
                    System.arraycopy(LogReader.bytes(data, next - segment.start(), more), 0, window, length, more);
                    length += more;
                    boolean hasRoom = searchWindow(segment, times);
                    // An answer that begins where the last one ended would be repeated.
                    if (!hasRoom || start > range.from() && System.nanoTime() - deadline > 0) {
                        return part.rest(start);
                    }
                }
            }
        }
        if (!isContinued && !finishLine()) {
            return part.rest(start);
        }
        return part.end(start);
    }

    /** Takes the complete lines out of the window; returns false once there is no room for a line that was found. */
    private boolean searchWindow(Segment segment, TimeIndex times) {
        int from = 0;
        int lines = lastBreak() + 1;
        for (int hit = find(0, lines); hit >= 0; hit = find(from, lines)) {
            int begin = hit;
            while (begin > from && window[begin - 1] != '\n') {
                begin--;
            }
            int end = hit;
            while (window[end] != '\n') {
                end++;
            }
            if (!take(begin, end + 1, markAt(begin, segment, times))) {
                advance(begin, segment, times);
                return false;
            }
            from = end + 1;
        }
        advance(lines, segment, times);
        return length < BLOCK_BYTES || finishLine();
    }

    private Mark markAt(int index, Segment segment, TimeIndex times) {
        return start + index < segment.start() || index == 0 ? first : times.at(start + index - segment.start());
    }

    /** Removes so many bytes from the window. */
    private void advance(int bytes, Segment segment, TimeIndex times) {
        if (bytes > 0) {
            first = markAt(bytes, segment, times);
            start += bytes;
            length -= bytes;
            System.arraycopy(window, bytes, window, 0, length);
        }
    }

    /** Takes what is in the window as a line; returns false if there is no room for it. */
    private boolean finishLine() {
        if (find(0, length) >= 0 && !take(0, length, first)) {
            return false;
        }
        start += length;
        length = 0;
        return true;
    }

    private boolean take(int begin, int end, Mark mark) {
        if (!part.hasRoom(end - begin)) {
            return false;
        }
        part.add(start + begin, mark, Arrays.copyOfRange(window, begin, end));
        return true;
    }

    private int lastBreak() {
        int last = length - 1;
        while (last >= 0 && window[last] != '\n') {
            last--;
        }
        return last;
    }

    /** Returns where the text begins first, from this index on; -1 if it is not before the end. */
    private int find(int from, int end) {
        byte initial = text[0];
        for (int i = from; i <= end - text.length; i++) {
            if (window[i] == initial && Arrays.equals(window, i, i + text.length, text, 0, text.length)) {
                return i;
            }
        }
        return -1;
    }
}
