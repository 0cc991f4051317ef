package dev.bailiwick.agent.recording;

import dev.bailiwick.jail.question.LogEntry.Source;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * When and from where the bytes of a segment came: records of {@value #RECORD_BYTES} bytes, each of which holds from its position up to
 * that of the next. A record that a loss of power has left incomplete does not count.
 */
final class TimeIndex {

    static final int RECORD_BYTES = 24;

    private static final int CHECKED_BYTES = 20;
    private static final int OUTPUT = 0;
    private static final int CONSOLE = 1;
    private static final int CONTINUES = 1 << 8;

    /** The valid records. */
    private final ByteBuffer records;

    private final int count;

    /** How much of the file was read, in whole records. */
    private final int bytes;

    /**
     * What one record says.
     *
     * @param position in the segment
     * @param millis since the epoch
     * @param continues whether no agent ran before it, so that the output may be older
     */
    record Mark(long position, long millis, Source source, boolean continues) {

        ByteBuffer bytes() {
            byte[] bytes = new byte[RECORD_BYTES];
            ByteBuffer record = ByteBuffer.wrap(bytes)
                    .putLong(position)
                    .putLong(millis)
                    .putInt(switch (source) {
                                case OUTPUT -> OUTPUT;
                                case CONSOLE -> CONSOLE;
                            }
                            | (continues ? CONTINUES : 0));
            return record.putInt(checksum(bytes, 0)).flip();
        }
    }

    private TimeIndex(ByteBuffer records, int count, int bytes) {
        this.records = records;
        this.count = count;
        this.bytes = bytes;
    }

    /**
     * Reads the times of a segment. Where it has none, all of it has the time of its file.
     *
     * @param known what was read of the same file before; null for nothing
     */
    static TimeIndex of(Segment segment, @Nullable TimeIndex known) throws IOException {
        byte[] more = read(segment, known == null ? 0 : known.bytes);
        if (known != null && more.length < RECORD_BYTES) {
            return known;
        }
        int count = known == null ? 0 : known.count;
        int from = count * RECORD_BYTES;
        byte[] content = new byte[from + more.length];
        if (known != null) {
            known.records.get(0, content, 0, from);
        }
        System.arraycopy(more, 0, content, from, more.length);
        ByteBuffer records = ByteBuffer.wrap(content);
        for (int i = 0; i < more.length / RECORD_BYTES; i++) {
            int at = from + i * RECORD_BYTES;
            if (records.getInt(at + CHECKED_BYTES) != checksum(content, at)) {
                continue;
            }
            // What a loss of power took away was written again, at another time.
            while (count > 0 && records.getLong((count - 1) * RECORD_BYTES) >= records.getLong(at)) {
                count--;
            }
            System.arraycopy(content, at, content, count * RECORD_BYTES, RECORD_BYTES);
            count++;
        }
        if (count == 0) {
            long millis = segment.data().toFile().lastModified();
            return new TimeIndex(new Mark(0, millis, Source.OUTPUT, false).bytes(), 1, 0);
        }
        int before = known == null ? 0 : known.bytes;
        return new TimeIndex(records, count, before + more.length / RECORD_BYTES * RECORD_BYTES);
    }

    /** Returns how many bytes of the file it has; 0 if the file has no times. */
    int bytes() {
        return bytes;
    }

    private static int checksum(byte[] content, int at) {
        CRC32C checksum = new CRC32C();
        checksum.update(content, at, CHECKED_BYTES);
        return (int) checksum.getValue();
    }

    private static byte[] read(Segment segment, int from) throws IOException {
        try (FileChannel file = FileChannel.open(segment.times(), StandardOpenOption.READ)) {
            ByteBuffer content = ByteBuffer.allocate(Math.toIntExact(Math.max(0, file.size() - from)));
            while (content.hasRemaining() && file.read(content, from + content.position()) >= 0) {}
            return Arrays.copyOf(content.array(), content.position());
        } catch (NoSuchFileException e) {
            return Files.exists(segment.data()) ? new byte[0] : missing(e);
        }
    }

    /** The segment was deleted while it was read. */
    private static byte[] missing(NoSuchFileException e) throws NoSuchFileException {
        throw e;
    }

    private Mark mark(int index) {
        int at = index * RECORD_BYTES;
        int kind = records.getInt(at + CHECKED_BYTES - Integer.BYTES);
        return new Mark(
                records.getLong(at),
                records.getLong(at + Long.BYTES),
                (kind & CONSOLE) == 0 ? Source.OUTPUT : Source.CONSOLE,
                (kind & CONTINUES) != 0);
    }

    /** Returns what holds at this position of the segment. */
    Mark at(long position) {
        return mark(index(position));
    }

    /** Returns the position up to which {@link #at} holds; {@link Long#MAX_VALUE} for the last record. */
    long until(long position) {
        int next = index(position) + 1;
        return next < count ? mark(next).position : Long.MAX_VALUE;
    }

    private int index(long position) {
        int low = 0;
        int high = count - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (mark(middle).position <= position) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    /** Returns the position after the last that was recorded before this time; {@link Long#MAX_VALUE} for the end, 0 if none was. */
    long until(Instant time) {
        for (int i = count - 1; i >= 0; i--) {
            if (mark(i).millis < time.toEpochMilli()) {
                return i + 1 < count ? mark(i + 1).position : Long.MAX_VALUE;
            }
        }
        return 0;
    }

    /** Returns the first position that was recorded at this time or later; {@link Long#MAX_VALUE} if none was. */
    long since(Instant time) {
        for (int i = 0; i < count; i++) {
            if (mark(i).millis >= time.toEpochMilli()) {
                return mark(i).position;
            }
        }
        return Long.MAX_VALUE;
    }
}
