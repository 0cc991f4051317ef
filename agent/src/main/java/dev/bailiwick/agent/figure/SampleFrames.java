package dev.bailiwick.agent.figure;

import static dev.bailiwick.agent.kernel.JailMetrics.ABSENT;

import dev.bailiwick.agent.kernel.JailMetrics;
import dev.bailiwick.agent.kernel.JailMetrics.Run;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.figure.Metric;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.zip.CRC32C;

/**
 * The samples of one slot as bytes: a head, and a frame for each time at which all jails were sampled. A frame has its length, its checksum,
 * its time, and a record for each run: its number, which metrics have changed, and their differences to the previous sample. So a jail that
 * does nothing takes three bytes for each of its runs. The first record of a run says which run it is. Adding one allocates nothing. Not
 * thread-safe.
 */
final class SampleFrames {

    private static final int METRICS = Metric.values().length;

    /** Names the metrics in their order, as another version may have others. */
    private static final byte[] HEAD = Arrays.stream(Metric.values())
            .map(Metric::text)
            .collect(Collectors.joining(",", "samples 1 ", "\n"))
            .getBytes(StandardCharsets.US_ASCII);

    private static final int LENGTH_AT = 0;
    private static final int CHECKSUM_AT = 4;
    private static final int TIME_AT = 8;
    private static final int RECORDS_AT = 16;

    /** A variable-length number has seven bits in a byte. */
    private static final int MAX_NUMBER = 10;

    private static final int MAX_RECORD = 2 * MAX_NUMBER + 5 * Long.BYTES + METRICS * MAX_NUMBER;

    private final Map<UUID, Sampled> byRun = new HashMap<>();
    private final List<Sampled> byNumber = new ArrayList<>();
    private final CRC32C checksum = new CRC32C();
    private ByteBuffer frame = ByteBuffer.allocate(64 << 10).position(RECORDS_AT);

    /** A run, and what the previous sample measured of it. */
    private static final class Sampled {

        private final int number;
        private final JailId jail;
        private final Run run;
        private final long[] values = new long[METRICS];

        private Sampled(int number, JailId jail, Run run) {
            this.number = number;
            this.jail = jail;
            this.run = run;
            Arrays.fill(values, ABSENT);
        }
    }

    /** Gets samples that were taken before. */
    interface Replay {

        /** @param values as in {@link JailMetrics.Reader#read} */
        void read(Instant at, JailId jail, Run run, long[] values);
    }

    /** Returns with what the file of a slot begins. */
    static ByteBuffer head() {
        return ByteBuffer.wrap(HEAD);
    }

    /** Adds the sample of a run to the current frame. */
    void add(JailId jail, Run run, long[] values) {
        if (frame.remaining() < MAX_RECORD) {
            frame = ByteBuffer.allocate(2 * frame.capacity()).put(frame.flip());
        }
        Sampled known = byRun.get(run.id());
        if (known == null) {
            known = know(jail, run);
            putNumber(known.number);
            put(jail.value());
            put(run.id());
            frame.putLong(run.beganAtMillis());
        } else {
            putNumber(known.number);
        }
        long changed = 0;
        for (int i = 0; i < METRICS; i++) {
            changed |= values[i] == known.values[i] ? 0 : 1L << i;
        }
        putNumber(changed);
        for (int i = 0; i < METRICS; i++) {
            if (values[i] != known.values[i]) {
                long difference = values[i] - known.values[i];
                // The sign is the last bit, so that small differences are short numbers.
                putNumber((difference << 1) ^ (difference >> 63));
                known.values[i] = values[i];
            }
        }
    }

    private Sampled know(JailId jail, Run run) {
        Sampled added = new Sampled(byNumber.size(), jail, run);
        byNumber.add(added);
        byRun.put(run.id(), added);
        return added;
    }

    /** Ends the frame, and begins the next one. Returns the bytes of this one, which are valid until a sample is added. */
    ByteBuffer end(Instant at) {
        int length = frame.position();
        frame.putLong(TIME_AT, at.toEpochMilli()).putInt(LENGTH_AT, length);
        frame.putInt(CHECKSUM_AT, checksum(frame.array(), frame.arrayOffset() + TIME_AT, length - TIME_AT));
        ByteBuffer ended = ByteBuffer.wrap(frame.array(), frame.arrayOffset(), length);
        frame.clear().position(RECORDS_AT);
        return ended;
    }

    /**
     * Reads the file of a slot into this object, whose next frame continues it.
     *
     * @return how many bytes at the beginning are whole frames; what follows was not written completely, or is damaged. 0 if another version
     *     has written the file.
     */
    int read(byte[] content, Replay to) {
        if (content.length < HEAD.length || !Arrays.equals(content, 0, HEAD.length, HEAD, 0, HEAD.length)) {
            return 0;
        }
        ByteBuffer bytes = ByteBuffer.wrap(content);
        int whole = HEAD.length;
        while (bytes.limit() - whole >= RECORDS_AT) {
            int length = bytes.getInt(whole + LENGTH_AT);
            if (length < RECORDS_AT
                    || length > bytes.limit() - whole
                    || bytes.getInt(whole + CHECKSUM_AT) != checksum(content, whole + TIME_AT, length - TIME_AT)) {
                return whole;
            }
            Instant at = Instant.ofEpochMilli(bytes.getLong(whole + TIME_AT));
            readRecords(bytes.slice(whole + RECORDS_AT, length - RECORDS_AT), at, to);
            whole += length;
        }
        return whole;
    }

    private void readRecords(ByteBuffer records, Instant at, Replay to) {
        while (records.hasRemaining()) {
            int number = (int) number(records);
            Sampled one = number < byNumber.size()
                    ? byNumber.get(number)
                    : know(new JailId(uuid(records)), new Run(uuid(records), records.getLong()));
            long changed = number(records);
            for (int i = 0; i < METRICS; i++) {
                if ((changed & (1L << i)) != 0) {
                    long difference = number(records);
                    one.values[i] += (difference >>> 1) ^ -(difference & 1);
                }
            }
            to.read(at, one.jail, one.run, one.values);
        }
    }

    private int checksum(byte[] bytes, int from, int length) {
        checksum.reset();
        checksum.update(bytes, from, length);
        return (int) checksum.getValue();
    }

    private void put(UUID id) {
        frame.putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits());
    }

    private static UUID uuid(ByteBuffer bytes) {
        return new UUID(bytes.getLong(), bytes.getLong());
    }

    private void putNumber(long number) {
        long left = number;
        while ((left & ~0x7fL) != 0) {
            frame.put((byte) (left | 0x80));
            left >>>= 7;
        }
        frame.put((byte) left);
    }

    private static long number(ByteBuffer bytes) {
        long number = 0;
        int shift = 0;
        byte next = bytes.get();
        while (next < 0) {
            number |= (next & 0x7fL) << shift;
            shift += 7;
            next = bytes.get();
        }
        return number | ((long) next << shift);
    }
}
