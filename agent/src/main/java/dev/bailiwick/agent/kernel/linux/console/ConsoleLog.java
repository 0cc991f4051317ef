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
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The output of a jail's init on its standard streams: a named pipe on the host, which the running agent reads into a log file.
 *
 * <p>Both ends open the pipe for reading and writing, so a jail without an agent neither sees an end of file nor gets SIGPIPE. When the
 * pipe is full (1 MiB if the host permits it, otherwise 64 KiB), its writers wait for the next agent. No jail can reach the log file. The
 * log is rotated at {@value #MAX_LOG_BYTES} bytes, and the two logs before it are kept. The agent reads at most {@value #RATE_BYTES}
 * bytes a second from a jail in the long run, so a faster jail waits. From a jail that writes little at a time, it reads less often and
 * more at a time. Confined to one thread.
 */
public final class ConsoleLog implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(ConsoleLog.class);
    /** The initial capacity of a pipe (pipe(7)). */
    private static final int READ_BYTES = 64 * 1024;

    /**
     * The capacity for jails with much output, which lets them continue while no agent reads. It costs 16 KiB of the kernel's memory,
     * full or empty.
     */
    private static final int LARGE_BYTES = 1 << 20;

    public static final long MAX_LOG_BYTES = 4L << 20;

    /** Far more than a log needs, and far less than would keep a processor or a disk of the host busy. */
    static final long RATE_BYTES = 4L << 20;

    private static final long BURST_BYTES = 8L << 20;

    /** The minimum that a read is charged: reading a single byte costs the host almost as much. */
    private static final long MIN_READ_BYTES = 4 << 10;

    private final Path logFile;
    private final Descriptor pipe;
    private final Optional<Terminal> terminal;
    private final Buffer buffer;
    /** Opened when there is output, because most jails write nothing. */
    private @Nullable FileChannel channel;

    private long written;
    /** Where this run's output begins in the log; negative while there is none. */
    private long begin = -1;

    private long credit = BURST_BYTES;
    private long creditedAtNanos = System.nanoTime();
    private boolean large;
    private long lost;

    /** The buffer that all consoles of one thread share, one after the other. */
    static final class Buffer implements AutoCloseable {

        private final NativeMemory memory = new NativeMemory();
        private final Pointer start = memory.bytes(READ_BYTES);
        private final ByteBuffer content = start.getByteBuffer(0, READ_BYTES);

        @Override
        public void close() {
            memory.close();
        }
    }

    /** Starts to read the pipe of a jail without a terminal; the pipe must exist. */
    ConsoleLog(Path pipe, Path logFile, Buffer buffer) {
        this(pipe, logFile, buffer, Optional.empty());
    }

    /** Starts to read the pipe of a jail; the pipe must exist. */
    ConsoleLog(Path pipe, Path logFile, Buffer buffer, Optional<Terminal> terminal) {
        this.logFile = logFile;
        this.terminal = terminal;
        this.buffer = buffer;
        this.pipe = Linux.openat2(Constants.AT_FDCWD, pipe.toString(), O_RDWR | O_NONBLOCK | O_NOFOLLOW, 0, 0)
                .movedHigh();
    }

    /** Creates a pipe for the jail of this range. */
    public static void create(Path pipe, IdRange range) {
        try (NativeMemory memory = new NativeMemory()) {
            Files.createDirectories(pipe.getParent());
            Files.deleteIfExists(pipe);
            long path = NativeMemory.address(memory.text(pipe.toString()));
            Linux.call(SystemCall.MKNODAT, pipe.toString(), Constants.AT_FDCWD, path, S_IFIFO | 0600, 0);
            // The jail's own programs open /dev/stdout again, and the kernel then checks the mode: all users of the
            // jail may write, but only its root can read the output of others. Users of the host cannot reach the
            // pipe's directory.
            Linux.call(SystemCall.FCHMODAT, pipe.toString(), Constants.AT_FDCWD, path, 0622);
            Linux.call(SystemCall.FCHOWNAT, pipe.toString(), Constants.AT_FDCWD, path, range.first(), range.first(), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Returns the end for a jail's init; blocking. It is opened below a detached mount, so that the jail sees the pipe's name but not its
     * path on the host (d_path in fs/d_path.c).
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
     * Copies some of the available output to the log; called by its loop.
     *
     * @return how long to wait before the next call, in nanoseconds
     */
    long drain() {
        return charge(move(pipe));
    }

    /** Copies some of the output on the jail's terminal to the log, like {@link #drain}. */
    long drainTerminal() {
        return charge(terminal.map(Terminal::master).map(this::move).orElse(0L));
    }

    private long charge(long length) {
        if (length <= 0) {
            return 0;
        }
        long now = System.nanoTime();
        credit = Math.min(BURST_BYTES, credit + (now - creditedAtNanos) / 1_000 * RATE_BYTES / 1_000_000)
                - Math.max(MIN_READ_BYTES, length);
        creditedAtNanos = now;
        return credit > 0 ? 0 : (READ_BYTES - credit) * 1_000_000_000 / RATE_BYTES;
    }

    /** Copies all remaining output, once no process writes any more. */
    void drainWhole() {
        int reads = 0;
        while (reads * READ_BYTES <= LARGE_BYTES
                && move(pipe) + terminal.map(Terminal::master).map(this::move).orElse(0L) > 0) {
            reads++;
        }
    }

    /** Copies one buffer of output; returns the number of bytes read, 0 if there was none. */
    private long move(Descriptor from) {
        long read = Linux.raw(SystemCall.READ, from.number(), NativeMemory.address(buffer.start), READ_BYTES);
        if (read == -Errno.EAGAIN || read == -Errno.EINTR) {
            return 0;
        }
        Linux.check("read", "console", read);
        if (!large && read > READ_BYTES / 2) {
            enlarge();
        }
        buffer.content.clear();
        int length = from == pipe ? (int) read : withoutReturns((int) read);
        try {
            FileChannel open = channel == null ? open() : channel;
            if (written + length > MAX_LOG_BYTES) {
                // If no new log can be created, the next output tries again.
                channel = null;
                begin = -1;
                open.close();
                rotate();
                open = open();
            }
            buffer.content.clear().limit(length);
            while (buffer.content.hasRemaining()) {
                written += open.write(buffer.content);
            }
            sayWhatWasLost();
        } catch (IOException e) {
            // The jail must not wait because the host's log disk is full. The log loses the output, and one warning
            // says so.
            if (lost == 0) {
                log.warn("console output is being lost: log={} cause={}", logFile, e.toString());
            }
            lost += length;
        }
        return read;
    }

    /** Removes the carriage returns that a terminal adds to each line; returns the number of bytes that are left. */
    private int withoutReturns(int length) {
        int kept = 0;
        for (int i = 0; i < length; i++) {
            byte read = buffer.content.get(i);
            if (read != '\r') {
                buffer.content.put(kept++, read);
            }
        }
        return kept;
    }

    /**
     * Enlarges the pipe. Fails if the pipes of this host already use too much memory (pipe(7), pipe-user-pages-soft); the pipe then keeps
     * its size.
     */
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
            // Somebody removed it, or there was no space to create it.
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
        begin = begin < 0 ? written : begin;
        return opened;
    }

    /** Returns the last bytes of this run's output, at most {@code bytes}; to be called once the console is closed. */
    String tail(int bytes) {
        if (begin < 0) {
            return "";
        }
        try (FileChannel log = FileChannel.open(logFile, StandardOpenOption.READ)) {
            long from = Math.max(begin, log.size() - bytes);
            ByteBuffer tail = ByteBuffer.allocate(bytes);
            while (tail.hasRemaining() && log.read(tail, from + tail.position()) > 0) {}
            return new String(tail.array(), 0, tail.position(), StandardCharsets.UTF_8);
        } catch (NoSuchFileException removed) {
            return "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        pipe.close();
        terminal.ifPresent(Terminal::close);
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
