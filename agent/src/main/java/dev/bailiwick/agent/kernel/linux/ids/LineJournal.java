package dev.bailiwick.agent.kernel.linux.ids;

import dev.bailiwick.agent.disk.DurableFile;
import dev.bailiwick.agent.disk.ReservedFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Appends lines to a {@link JournalFile}. One disk flush serves all lines appended before it. All methods require the owner's lock.
 *
 * <p>When the disk is full, essential lines go to a {@link ReservedFile} beside the file; readers apply them after all lines of the file.
 * The next append first rewrites the file.
 */
final class LineJournal implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(LineJournal.class);

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
     * Replaces the file durably with one that contains {@code all}.
     *
     * @param all supplies the lines that the file must contain now; called with the lock held
     */
    LineJournal(Path file, String threadName, Object lock, Supplier<List<String>> all) throws IOException {
        this.file = file;
        this.lock = lock;
        this.all = all;
        this.reserve = new ReservedFile(JournalFile.reserveOf(file));
        try {
            replace();
        } catch (IOException full) {
            // The record can still be read, and jails can be removed: see appendInReserve.
            if (Files.notExists(file)) {
                throw full;
            }
            reserve.continueAt(JournalFile.reserved(file).length);
        }
        this.channel = open();
        keepReserve();
        this.disk = Executors.newSingleThreadExecutor(
                Thread.ofPlatform().name(threadName).daemon().factory());
    }

    /** Replaces the file durably with one that contains the whole record. */
    private void replace() throws IOException {
        DurableFile.write(file, JournalFile.encode(all.get()));
        boolean wasUsed = JournalFile.reserved(file).length > 0;
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
                reserve.write(ByteBuffer.wrap(JournalFile.encode(lines)));
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
                ByteBuffer bytes = ByteBuffer.wrap(JournalFile.encode(lines));
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
