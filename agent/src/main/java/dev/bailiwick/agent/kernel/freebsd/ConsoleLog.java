package dev.bailiwick.agent.kernel.freebsd;

import com.sun.jna.Native;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The output of a jail's init on its standard streams: a named pipe on the host, which the running agent reads into a log file. Both ends
 * open it for reading and writing, so a jail without an agent gets neither an end of file nor SIGPIPE, and waits when the pipe is full.
 * The log is rotated at {@value #MAX_LOG_BYTES} bytes; the two logs before it are kept. Each console has its own thread.
 */
final class ConsoleLog implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(ConsoleLog.class);
    private static final int READ_BYTES = 64 * 1024;
    private static final long MAX_LOG_BYTES = 4L << 20;
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final int OWNER_ONLY = 0600;

    private final RandomAccessFile pipe;
    private final Path logFile;
    private final Thread reader;

    ConsoleLog(Path pipe, Path logFile) {
        this.logFile = logFile;
        try {
            this.pipe = new RandomAccessFile(pipe.toFile(), "rw");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.reader = Thread.ofPlatform().name("jail-console").daemon().start(this::read);
    }

    static void deleteLogs(Path log) {
        try {
            for (String suffix : List.of("", ".1", ".2")) {
                Files.deleteIfExists(log.resolveSibling(log.getFileName() + suffix));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void create(LibC libC, Path pipe) {
        try {
            Files.createDirectories(pipe.getParent());
            Files.deleteIfExists(pipe);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (libC.mkfifo(pipe.toString(), OWNER_ONLY) < 0) {
            throw new FreeBsdFailure("mkfifo", pipe.toString(), Native.getLastError(), "");
        }
    }

    private void read() {
        ByteBuffer buffer = ByteBuffer.allocateDirect(READ_BYTES);
        try {
            while (pipe.getChannel().read(buffer.clear()) > 0) {
                keep(buffer.flip());
            }
        } catch (ClosedChannelException e) {
            return; // the next agent continues to read, or the jail has ended
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void keep(ByteBuffer content) {
        int bytes = content.remaining();
        try {
            append(content);
        } catch (IOException e) {
            // The jail must not wait because the host's log disk is full. The log loses the output, and a warning says
            // so.
            log.warn("console output lost: log={} bytes={} cause={}", logFile, bytes, e.toString());
        }
    }

    /** Waits until all output has been read; for a jail in which nothing runs any more. */
    void drain() {
        try (FileInputStream unread = new FileInputStream(pipe.getFD())) {
            while (reader.isAlive() && unread.available() > 0) {
                LockSupport.parkNanos(POLL_NANOS);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void append(ByteBuffer content) throws IOException {
        if (Files.exists(logFile) && Files.size(logFile) + content.remaining() > MAX_LOG_BYTES) {
            Path first = logFile.resolveSibling(logFile.getFileName() + ".1");
            if (Files.exists(first)) {
                Files.move(
                        first,
                        logFile.resolveSibling(logFile.getFileName() + ".2"),
                        StandardCopyOption.REPLACE_EXISTING);
            }
            Files.move(logFile, first, StandardCopyOption.REPLACE_EXISTING);
        }
        try (FileChannel channel = FileChannel.open(logFile, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            while (content.hasRemaining()) {
                channel.write(content);
            }
        }
    }

    @Override
    public void close() {
        try {
            pipe.close();
            reader.join();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
