package dev.bailiwick.agent.kernel.linux.console;

import static dev.bailiwick.agent.kernel.linux.syscall.Constants.F_SETPIPE_SZ;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.O_NOFOLLOW;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.O_NONBLOCK;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.O_RDWR;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.S_IFIFO;

import com.sun.jna.Pointer;
import dev.bailiwick.agent.kernel.linux.ids.IdRange;
import dev.bailiwick.agent.kernel.linux.syscall.Constants;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.Errno;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.agent.kernel.linux.syscall.NativeMemory;
import dev.bailiwick.agent.kernel.linux.syscall.SystemCall;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a jail's init writes to its standard streams: a named pipe on the host, read into a log file by whichever agent runs.
 *
 * <p>The pipe is opened for reading and writing at both ends, so a jail without an agent neither sees an end nor gets
 * SIGPIPE; once the pipe is full (1 MiB where the host permits it, otherwise 64 KiB) its writers wait for the next agent. The log
 * is a file no jail can reach; it is cut at {@value #MAX_LOG_BYTES} bytes and the two logs before it are kept. A
 * jail that writes more than {@value #RATE_BYTES} bytes a second for long is read no faster, and so waits; one that writes little at a time
 * is read less often, and more at a time. Confined to one thread.
 */
public final class ConsoleLog implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(ConsoleLog.class);
    /** As large as a pipe is made (pipe(7)). */
    private static final int READ_BYTES = 64 * 1024;

    /** What a jail that writes much can go on writing while no agent reads; it takes 16 KiB of the kernel's memory, full or empty. */
    private static final int LARGE_BYTES = 1 << 20;

    public static final long MAX_LOG_BYTES = 4L << 20;

    /** Far above what a log is for, far below what would keep a processor or a disk of the host busy. */
    static final long RATE_BYTES = 4L << 20;

    private static final long BURST_BYTES = 8L << 20;

    /** What a read counts for at least: one that brings a single byte costs the host almost as much. */
    private static final long MIN_READ_BYTES = 4 << 10;

    private final Path logFile;
    private final Descriptor pipe;
    private final Buffer buffer;
    /** Opened when there is something to be written: most jails are silent. */
    private @Nullable FileChannel channel;

    private long written;
    private long credit = BURST_BYTES;
    private long creditedAtNanos = System.nanoTime();
    private boolean large;
    private long lost;

    /** What all consoles of one thread read into, one after the other. */
    static final class Buffer implements AutoCloseable {

        private final NativeMemory memory = new NativeMemory();
        private final Pointer start = memory.bytes(READ_BYTES);
        private final ByteBuffer content = start.getByteBuffer(0, READ_BYTES);

        @Override
        public void close() {
            memory.close();
        }
    }

    /** Starts to read the pipe of a jail, which must exist. */
    ConsoleLog(Path pipe, Path logFile, Buffer buffer) {
        this.logFile = logFile;
        this.buffer = buffer;
        this.pipe = Linux.openat2(Constants.AT_FDCWD, pipe.toString(), O_RDWR | O_NONBLOCK | O_NOFOLLOW, 0, 0)
                .movedHigh();
    }

    /** A new pipe for the jail of this range. */
    public static void create(Path pipe, IdRange range) {
        try (NativeMemory memory = new NativeMemory()) {
            Files.createDirectories(pipe.getParent());
            Files.deleteIfExists(pipe);
            long path = NativeMemory.address(memory.text(pipe.toString()));
            Linux.call(SystemCall.MKNODAT, pipe.toString(), Constants.AT_FDCWD, path, S_IFIFO | 0600, 0);
            // The jail's own programs open /dev/stdout again, which checks the mode: each of its users may write, and
            // none but its root read what others wrote. Users of the host cannot reach the pipe's directory.
            Linux.call(SystemCall.FCHMODAT, pipe.toString(), Constants.AT_FDCWD, path, 0622);
            Linux.call(SystemCall.FCHOWNAT, pipe.toString(), Constants.AT_FDCWD, path, range.first(), range.first(), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The end a jail's init gets; blocking. Opened below a mount that is nowhere in a tree, so that the jail sees its name and not
     * where it lies on the host (d_path in fs/d_path.c).
     */
    public static Descriptor openForJail(Path pipe) {
        String directory = String.valueOf(pipe.getParent());
        try (Descriptor place =
                        Linux.openat2(Constants.AT_FDCWD, directory, Constants.O_PATH | Constants.O_DIRECTORY, 0, 0);
                Descriptor apart = Linux.cloneTree(place, directory)) {
            return Linux.openat2(apart.number(), String.valueOf(pipe.getFileName()), O_RDWR | O_NOFOLLOW, 0, 0);
        }
    }

    Descriptor pipe() {
        return pipe;
    }

    /**
     * Moves some of what has been written into the log; called by its loop.
     *
     * @return how long to wait before the next time, in nanoseconds
     */
    long drain() {
        long length = move();
        if (length <= 0) {
            return 0;
        }
        long now = System.nanoTime();
        credit = Math.min(BURST_BYTES, credit + (now - creditedAtNanos) / 1_000 * RATE_BYTES / 1_000_000)
                - Math.max(MIN_READ_BYTES, length);
        creditedAtNanos = now;
        return credit > 0 ? 0 : (READ_BYTES - credit) * 1_000_000_000 / RATE_BYTES;
    }

    /** Moves all that is there, once nobody writes any more. */
    void drainWhole() {
        int reads = 0;
        while (reads * READ_BYTES <= LARGE_BYTES && move() > 0) {
            reads++;
        }
    }

    /** How many bytes there were; 0 where there were none. */
    private long move() {
        long length = Linux.raw(SystemCall.READ, pipe.number(), NativeMemory.address(buffer.start), READ_BYTES);
        if (length == -Errno.EAGAIN || length == -Errno.EINTR) {
            return 0;
        }
        Linux.checked("read", "console", length);
        if (!large && length > READ_BYTES / 2) {
            enlarge();
        }
        try {
            FileChannel open = channel == null ? open() : channel;
            if (written + length > MAX_LOG_BYTES) {
                open.close();
                rotate();
                open = open();
            }
            buffer.content.clear().limit((int) length);
            while (buffer.content.hasRemaining()) {
                written += open.write(buffer.content);
            }
            sayWhatWasLost();
        } catch (IOException e) {
            // The jail must not stand still because the host's log disk is full; the loss is the log's, and said, once.
            if (lost == 0) {
                log.warn("console output is being lost: log={} cause={}", logFile, e.toString());
            }
            lost += length;
        }
        return length;
    }

    /** Refused where the pipes of this host hold too much already (pipe(7), pipe-user-pages-soft): then it stays as it is. */
    private void enlarge() {
        Linux.raw(SystemCall.FCNTL, pipe.number(), F_SETPIPE_SZ, LARGE_BYTES);
        large = true;
    }

    private void sayWhatWasLost() {
        if (lost > 0) {
            log.warn("console output was lost: log={} bytes={}", logFile, lost);
            lost = 0;
        }
    }

    private void rotate() throws IOException {
        if (!Files.exists(logFile)) {
            // Somebody took it away, or there was no room for a new one when it was to be begun.
            return;
        }
        Path first = logFile.resolveSibling(logFile.getFileName() + ".1");
        if (Files.exists(first)) {
            Files.move(
                    first, logFile.resolveSibling(logFile.getFileName() + ".2"), StandardCopyOption.REPLACE_EXISTING);
        }
        Files.move(logFile, first, StandardCopyOption.REPLACE_EXISTING);
    }

    private FileChannel open() throws IOException {
        Files.createDirectories(logFile.getParent());
        FileChannel opened = FileChannel.open(
                logFile, StandardOpenOption.CREATE, StandardOpenOption.APPEND, StandardOpenOption.WRITE);
        channel = opened;
        written = opened.size();
        return opened;
    }

    @Override
    public void close() {
        pipe.close();
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
