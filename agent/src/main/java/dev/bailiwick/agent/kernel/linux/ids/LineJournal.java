package dev.bailiwick.agent.kernel.linux.ids;

import dev.bailiwick.agent.disk.DurableFile;
import dev.bailiwick.agent.disk.ReservedFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file to which lines are appended. Each line is {@code <CRC-32C as 8 hexadecimal digits> <text>}, so that damaged lines are detected.
 * One disk flush serves all lines appended before it. All methods except {@link #read} require the owner's lock.
 *
 * <p>When the disk is full, essential lines go to a {@link ReservedFile} beside the file; readers apply them after all lines of the file.
 * The next append first rewrites the file.
 */
final class LineJournal implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(LineJournal.class);

    private static final int SUM_DIGITS = 8;

    /**
     * The reserve has twice the size of the file and this many bytes more, enough for a line that cancels each line of the file.
     */
    private static final long MIN_RESERVE_BYTES = 64 << 10;

    private final Path file;
    private final ReservedFile reserve;
    private final Object lock;
    private final Supplier<List<String>> all;
    private final ExecutorService disk;
    private FileChannel channel;
    /**
     * Whether the file contains the whole record. Otherwise the reserve contains the rest, or the last attempt to replace the file
     * failed and the file has its earlier content.
     */
    private boolean isWhole;
    /** The number of appends since the journal was opened. */
    private long appended;

    /** How many of the appends are known to be on disk. */
    private long forced;

    private @Nullable IOException broken;

    /**
     * The content of a journal file.
     *
     * @param lines the lines in order, as they were written
     * @param damaged the number of lines that differ from what was written; does not count an incomplete last line, because nobody has
     *     acted on it
     */
    record Content(List<String> lines, int damaged) {}

    /**
     * Replaces the file durably with one that contains {@code all}.
     *
     * @param all supplies the lines that the file must contain now; called with the lock held
     */
    LineJournal(Path file, String threadName, Object lock, Supplier<List<String>> all) throws IOException {
        this.file = file;
        this.lock = lock;
        this.all = all;
        this.reserve = new ReservedFile(reserveOf(file));
        try {
            replace();
        } catch (IOException full) {
            // The record can still be read, and jails can be removed: see appendInReserve.
            if (Files.notExists(file)) {
                throw full;
            }
            reserve.continueAt(reserved(file).length);
        }
        this.channel = open();
        keepReserve();
        this.disk = Executors.newSingleThreadExecutor(
                Thread.ofPlatform().name(threadName).daemon().factory());
    }

    private static Path reserveOf(Path file) {
        return file.resolveSibling(file.getFileName() + ".reserve");
    }

    /** Returns the content of the reserve, without the zeros at its end. */
    private static byte[] reserved(Path file) throws IOException {
        try (ReservedFile reserve = new ReservedFile(reserveOf(file))) {
            byte[] content = reserve.content();
            int end = 0;
            while (end < content.length && content[end] != 0) {
                end++;
            }
            return Arrays.copyOf(content, end);
        }
    }

    /** Replaces the file durably with one that contains the whole record. */
    private void replace() throws IOException {
        DurableFile.write(file, encode(all.get()));
        boolean wasUsed = reserved(file).length > 0;
        reserve.continueAt(0);
        if (wasUsed) {
            // If the power fails before this, the lines of the reserve are read again; they do not contradict the file.
            reserve.write(ByteBuffer.allocate(1));
            reserve.continueAt(0);
        }
        isWhole = true;
    }

    private void keepReserve() {
        try {
            reserve.keep(MIN_RESERVE_BYTES + 2 * channel.size());
        } catch (IOException full) {
            log.atDebug()
                    .addKeyValue("cause", full.toString())
                    .log("no space can be reserved for the record of files; retrying later");
        }
    }

    /** Returns the undamaged lines of the reserve, which apply after those of the file. */
    static List<String> readReserve(Path file) throws IOException {
        return lines(reserved(file)).lines();
    }

    /** Returns the file's content; no lines if there is no file. */
    static Content read(Path file) throws IOException {
        try {
            return lines(Files.readAllBytes(file));
        } catch (NoSuchFileException e) {
            return new Content(List.of(), 0);
        }
    }

    private static Content lines(byte[] bytes) {
        List<String> lines = new ArrayList<>();
        int damaged = 0;
        int start = 0;
        for (int end = 0; end < bytes.length; end++) {
            if (bytes[end] != '\n') {
                continue;
            }
            byte[] line = Arrays.copyOfRange(bytes, start, end);
            start = end + 1;
            String text = new String(line, StandardCharsets.UTF_8);
            String content = text.length() > SUM_DIGITS ? text.substring(SUM_DIGITS + 1) : "";
            if (Arrays.equals(line, encode(content))) {
                lines.add(content);
            } else {
                damaged++;
            }
        }
        return new Content(lines, damaged);
    }

    private static byte[] encode(String content) {
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        CRC32C sum = new CRC32C();
        sum.update(bytes);
        return (HexFormat.of().toHexDigits((int) sum.getValue()) + " " + content).getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] encode(List<String> lines) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (String line : lines) {
            bytes.writeBytes(encode(line));
            bytes.write('\n');
        }
        return bytes.toByteArray();
    }

    /**
     * Appends lines that shorten the record, like {@link #append}. If the disk is full, they go to the reserved space and are then already on
     * disk.
     *
     * @throws UncheckedIOException if that space is used up too
     */
    void appendInReserve(List<String> lines) {
        try {
            append(lines);
        } catch (UncheckedIOException full) {
            try {
                reserve.write(ByteBuffer.wrap(encode(lines)));
                isWhole = false;
            } catch (IOException usedUp) {
                full.addSuppressed(usedUp);
                throw full;
            }
        }
    }

    /** Appends lines, all of them or none; they are on disk once {@link #awaitDurable} has returned. */
    void append(List<String> lines) {
        try {
            if (!isWhole) {
                replace();
                channel.close();
                channel = open();
            }
            long end = channel.size();
            try {
                ByteBuffer bytes = ByteBuffer.wrap(encode(lines));
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
            } catch (IOException e) {
                // An incomplete line, written when the disk was full, must not become the beginning of the next line.
                channel.truncate(end);
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        appended++;
        keepReserve();
        disk.execute(this::force);
    }

    private void force() {
        long lines;
        FileChannel written;
        synchronized (lock) {
            lines = appended;
            written = channel;
            if (lines == forced) {
                return;
            }
        }
        IOException failure = null;
        try {
            written.force(false);
        } catch (IOException e) {
            failure = e;
        }
        synchronized (lock) {
            if (failure == null) {
                forced = lines;
            } else {
                writeAgain(failure);
            }
            lock.notifyAll();
        }
    }

    /** Rewrites the file after a failed flush. fsync(2) reports a failure only once; afterwards it is unknown which parts are on disk. */
    private void writeAgain(IOException failure) {
        try {
            channel.close();
            replace();
            channel = open();
            forced = appended;
        } catch (IOException e) {
            failure.addSuppressed(e);
            broken = failure;
        }
    }

    /**
     * Returns once all lines appended so far are on disk.
     *
     * @throws UncheckedIOException if they cannot be written to disk; another call tries again
     */
    void awaitDurable() throws InterruptedException {
        long lines = appended;
        if (forced < lines) {
            broken = null;
            disk.execute(this::force);
        }
        while (forced < lines && broken == null) {
            lock.wait();
        }
        if (forced < lines && broken != null) {
            throw new UncheckedIOException(broken);
        }
    }

    private FileChannel open() throws IOException {
        return FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
    }

    @Override
    public void close() {
        disk.close();
        try {
            channel.close();
            reserve.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
