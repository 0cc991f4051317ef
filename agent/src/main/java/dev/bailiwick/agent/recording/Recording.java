package dev.bailiwick.agent.recording;

import dev.bailiwick.agent.recording.TimeIndex.Mark;
import dev.bailiwick.jail.question.LogEntry.Source;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log of one jail, to which output is added. It takes at most the bytes that its size permits, in segments, of which the oldest is
 * deleted for a new one. If the disk is full, output is lost; the numbers of its bytes stay unused, which readers see as a gap. Nothing
 * is synchronized to the disk: after a loss of power, the end may be missing. Confined to one thread.
 */
public final class Recording implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Recording.class);

    /** So that the times of a segment fit into the memory of an agent. */
    private static final long MAX_SEGMENT_BYTES = 4 << 20;

    private static final int MIN_SEGMENTS = 8;

    /** There are more of them, and smaller ones, if the disk was full several times. A log of more than 128 MiB may have more. */
    private static final int MAX_SEGMENTS = 64;

    /** A time is recorded at most so often, unless the source changes. */
    private static final long MARK_MILLIS = 100;

    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Path directory;
    private final LongSupplier maxBytes;
    private final Clock clock;
    private final Runnable news;
    private final Consumer<Recording> closed;

    private @Nullable FileChannel data;
    private @Nullable FileChannel times;
    private Segment segment;
    /** The bytes in the files of the segment. */
    private long written;

    private long timesWritten;
    private long lost;
    private long failedAtNanos;
    private boolean continues;
    private @Nullable Mark mark;
    /** Where the output of this object begins; negative while there is none. */
    private long begin = -1;

    /** Why a log is written. */
    public enum Begin {
        /** A jail has started. */
        WITH_A_RUN,
        /** An agent goes on with a jail that another has started. */
        WITHIN_A_RUN
    }

    /**
     * Creates the object; files are created with the first output.
     *
     * @param maxBytes what all files of the log take together at this moment, with times
     * @param news called when output was added; must not block
     * @param closed called with this object when it is closed
     */
    Recording(
            Path directory,
            LongSupplier maxBytes,
            Begin begin,
            Clock clock,
            Runnable news,
            Consumer<Recording> closed) {
        this.directory = directory;
        this.maxBytes = maxBytes;
        this.clock = clock;
        this.news = news;
        this.closed = closed;
        this.continues = begin == Begin.WITHIN_A_RUN;
        this.segment = new Segment(directory, 0);
    }

    /** Adds the remaining bytes of the buffer, or loses them if they cannot be written. */
    public void write(Source source, ByteBuffer content) {
        if (!content.hasRemaining()) {
            return;
        }
        if (lost > 0 && System.nanoTime() - failedAtNanos < RETRY_NANOS) {
            lost += content.remaining();
            return;
        }
        try {
            FileChannel open = open(source, content.remaining());
            mark(source);
            while (content.hasRemaining()) {
                written += open.write(content);
            }
        } catch (IOException e) {
            // The jail must not wait because the host's log disk is full.
            if (lost == 0) {
                log.warn("output of a jail is being lost: log={} cause={}", directory, e.toString());
            }
            lost += content.remaining();
            failedAtNanos = System.nanoTime();
            closeFiles();
            return;
        }
        news.run();
    }

    private long segmentBytes() {
        return Math.min(MAX_SEGMENT_BYTES, maxBytes.getAsLong() / MIN_SEGMENTS);
    }

    /** Deletes what is beyond the bound, the oldest first. What is added later goes on after what is left. */
    void trim() throws IOException {
        closeFiles();
        try {
            LogTrim.trim(directory, maxBytes.getAsLong());
        } finally {
            if (begin >= 0) {
                findLast();
            }
        }
    }

    /** Finds the segment to which output is added. */
    private void findLast() {
        List<Segment> found = Segment.of(directory);
        if (!found.isEmpty()) {
            segment = found.getLast();
            written = segment.end() - segment.start();
            timesWritten = segment.times().toFile().length();
        }
    }

    private FileChannel open(Source source, int bytes) throws IOException {
        FileChannel open = data;
        long segmentBytes = segmentBytes();
        if (open != null && written + timesWritten + bytes <= segmentBytes) {
            return open;
        }
        if (begin < 0) {
            Segment.adoptFormer(directory);
            Segment.deleteRemains(directory);
            findLast();
            continues = continues && written > 0;
        }
        closeFiles();
        if (lost == 0 && (written == 0 || written + timesWritten + bytes <= segmentBytes)) {
            return openFiles(segment, written, source);
        }
        segment.deleteIfEmpty();
        deleteOldest();
        Segment next = new Segment(directory, segment.start() + written + lost);
        try {
            open = openFiles(next, 0, source);
        } catch (IOException e) {
            // The next attempt has another number, and so other files.
            closeFiles();
            next.deleteIfEmpty();
            throw e;
        }
        segment = next;
        written = 0;
        if (lost > 0) {
            log.warn("output of a jail was lost: log={} bytes={}", directory, lost);
            lost = 0;
        }
        return open;
    }

    /** Opens the files of a segment with so many bytes of output, and records the time and the source of what follows. */
    private FileChannel openFiles(Segment opened, long position, Source source) throws IOException {
        Files.createDirectories(directory);
        FileChannel open = append(opened.data());
        data = open;
        FileChannel marks = append(opened.times());
        times = marks;
        // What a loss of power has left of a record would displace all later ones.
        timesWritten = marks.size() / TimeIndex.RECORD_BYTES * TimeIndex.RECORD_BYTES;
        marks.truncate(timesWritten);
        mark = record(position, clock.millis(), source);
        begin = begin < 0 ? opened.start() + position : begin;
        return open;
    }

    private static FileChannel append(Path file) throws IOException {
        return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
    }

    private void deleteOldest() throws IOException {
        List<Segment> kept = Segment.of(directory);
        long size = kept.stream().mapToLong(Segment::size).sum();
        long most = maxBytes.getAsLong() - segmentBytes();
        long segments = Math.max(MAX_SEGMENTS, 2 * most / segmentBytes());
        for (int i = 0; i < kept.size() && (size > most || kept.size() - i >= segments); i++) {
            size -= kept.get(i).size();
            kept.get(i).delete();
        }
    }

    private void mark(Source source) throws IOException {
        Mark last = mark;
        if (last == null) {
            throw new IllegalStateException("the files are open");
        }
        long millis = Math.max(clock.millis(), last.millis());
        if (last.source() != source || millis - last.millis() >= MARK_MILLIS) {
            mark = record(written, millis, source);
        }
    }

    private Mark record(long position, long millis, Source source) throws IOException {
        FileChannel open = times;
        if (open == null) {
            throw new IllegalStateException("the files are open");
        }
        Mark next = new Mark(position, millis, source, continues);
        ByteBuffer record = next.bytes();
        while (record.hasRemaining()) {
            timesWritten += open.write(record);
        }
        continues = false;
        return next;
    }

    /** Returns the last bytes that were added through this object, at most so many. */
    public byte[] tail(int bytes) {
        if (begin < 0) {
            return new byte[0];
        }
        return LogReader.bytes(directory, Math.max(begin, segment.start() + written - bytes), bytes);
    }

    private void closeFiles() {
        try {
            if (data != null) {
                data.close();
            }
            if (times != null) {
                times.close();
            }
        } catch (IOException e) {
            log.warn("a log could not be closed: log={} cause={}", directory, e.toString());
        }
        data = null;
        times = null;
    }

    @Override
    public void close() {
        closeFiles();
        closed.accept(this);
    }
}
