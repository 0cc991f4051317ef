package dev.bailiwick.agent.kernel.linux.console;

import static dev.bailiwick.agent.kernel.linux.syscall.Constants.F_SETPIPE_SZ;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.O_NOFOLLOW;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.O_NONBLOCK;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.O_RDWR;
import static dev.bailiwick.agent.kernel.linux.syscall.Constants.S_IFIFO;

import com.sun.jna.Pointer;
import dev.bailiwick.agent.kernel.JailConsoles;
import dev.bailiwick.agent.kernel.linux.ids.IdRange;
import dev.bailiwick.agent.kernel.linux.syscall.Constants;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.Errno;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.agent.kernel.linux.syscall.NativeMemory;
import dev.bailiwick.agent.kernel.linux.syscall.SystemCall;
import dev.bailiwick.agent.recording.Recording;
import dev.bailiwick.jail.question.LogEntry.Source;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The output of a jail's init on its standard streams: a named pipe on the host, which the running agent reads into the jail's log.
 *
 * <p>Both ends open the pipe for reading and writing, so a jail without an agent neither sees an end of file nor gets SIGPIPE. When the
 * pipe is full (1 MiB if the jail has written much and the host permits it, otherwise 64 KiB), its writers wait for the next agent. No
 * jail can reach the files of the log. The agent reads at most {@value #RATE_BYTES} bytes a second from a jail in the long run, so a
 * faster jail waits. From a jail that writes little at a time, it reads less often and more at a time. Confined to one thread.
 */
public final class ConsoleLog implements AutoCloseable {

    /** The initial capacity of a pipe (pipe(7)). */
    private static final int READ_BYTES = 64 * 1024;

    /**
     * The capacity for jails with much output, which lets them continue while no agent reads. It costs 16 KiB of the kernel's memory,
     * full or empty.
     */
    private static final int LARGE_BYTES = 1 << 20;

    /** Far more than a log needs, and far less than would keep a processor or a disk of the host busy. */
    static final long RATE_BYTES = 4L << 20;

    /** How long a terminal that has hung up is not looked at: its jail is about to end. */
    private static final long HUNG_UP_NANOS = 100_000_000;

    private static final long BURST_BYTES = 8L << 20;

    /** The minimum that a read is charged: reading a single byte costs the host almost as much. */
    private static final long MIN_READ_BYTES = 4 << 10;

    private final Recording log;
    private final Descriptor pipe;
    private final Optional<Terminal> terminal;
    /** Where else what is written to the terminal goes, with the input for it. */
    private final Optional<Attachable> attachable;

    private final Buffer buffer;
    private long credit = BURST_BYTES;
    private long creditedAtNanos = System.nanoTime();
    private boolean large;

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
    ConsoleLog(Path pipe, Recording log, Buffer buffer) {
        this(pipe, log, buffer, Optional.empty(), Optional.empty());
    }

    /** What those who attach to a terminal read and write. */
    record Attachable(InitTerminal input, JailConsoles.Output output) {}

    /**
     * Starts to read the pipe of a jail, and its terminal if it has one; the pipe must exist. This object owns the log and the terminal from
     * now on.
     */
    ConsoleLog(Path pipe, Recording log, Buffer buffer, Optional<Terminal> terminal, Optional<Attachable> attachable) {
        this.log = log;
        this.terminal = terminal;
        this.attachable = attachable;
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
        long length = terminal.map(Terminal::master).map(this::move).orElse(0L);
        return length < 0 ? HUNG_UP_NANOS : charge(length);
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
                && move(pipe)
                                + Math.max(
                                        0,
                                        terminal.map(Terminal::master)
                                                .map(this::move)
                                                .orElse(0L))
                        > 0) {
            reads++;
        }
    }

    /** Copies one buffer of output; returns the number of bytes read, 0 if there was none, -1 if the terminal has hung up. */
    private long move(Descriptor from) {
        long read = Linux.raw(SystemCall.READ, from.number(), NativeMemory.address(buffer.start), READ_BYTES);
        if (read == -Errno.EAGAIN || read == -Errno.EINTR) {
            return 0;
        }
        if (read == -Errno.EIO && from != pipe) {
            return -1;
        }
        Linux.check("read", "console", read);
        if (!large && read > READ_BYTES / 2) {
            enlarge();
        }
        buffer.content.clear();
        if (from == pipe) {
            log.write(Source.OUTPUT, buffer.content.limit((int) read));
        } else {
            attachable.ifPresent(one -> one.output.write(buffer.start.getByteArray(0, (int) read)));
            log.write(attachable.isPresent() ? Source.OUTPUT : Source.CONSOLE, buffer.content.limit(withoutReturns((int)
                    read)));
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

    /** Notices that the jail has ended, once all of its output is copied. */
    void ended() {
        attachable.ifPresent(one -> one.output.ended());
    }

    /** Returns the last bytes of this run's output, at most {@code bytes}; to be called once the console is closed. */
    String tail(int bytes) {
        return new String(log.tail(bytes), StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        pipe.close();
        attachable.ifPresent(one -> one.input.retire());
        terminal.ifPresent(Terminal::close);
        log.close();
    }
}
