package dev.bailiwick.agent.kernel.linux.command;

import com.sun.jna.Pointer;
import dev.bailiwick.agent.kernel.CommandProcess;
import dev.bailiwick.agent.kernel.linux.syscall.Constants;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.Errno;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.agent.kernel.linux.syscall.NativeMemory;
import dev.bailiwick.agent.kernel.linux.syscall.Reaper;
import dev.bailiwick.agent.kernel.linux.syscall.SystemCall;
import dev.bailiwick.jail.process.TerminalSize;
import dev.bailiwick.jail.question.HostAnswer.How;
import java.time.Duration;
import java.util.EnumSet;
import java.util.OptionalLong;
import java.util.Set;

/** A command that goes on while others read and write its streams. */
final class AttachedCommand implements CommandProcess {

    private static final int BUFFER_BYTES = 32 * 1024;
    private static final int WATCHED = 5;
    private static final int WOKEN = 4;
    private static final int COUNTER_BYTES = 8;
    private static final long FIONREAD = 0x541b;

    /** More than what a terminal holds, which FIONREAD does not count. */
    private static final int TERMINAL_BYTES = 128 * 1024;

    static final Duration TO_REAP = Duration.ofSeconds(2);

    private final Descriptor process;
    private final CommandStreams streams;
    private final NativeMemory memory = new NativeMemory();
    private final PollSet polled = new PollSet(memory, WATCHED);
    private final Pointer buffer = memory.bytes(BUFFER_BYTES);
    private final Pointer counter = memory.bytes(COUNTER_BYTES);
    private final Pointer one = memory.bytes(COUNTER_BYTES);
    private final Descriptor wake = new Descriptor(
            (int) Linux.call(SystemCall.EVENTFD2, "command", 0, Constants.O_CLOEXEC | Constants.O_NONBLOCK));
    private final Set<Event> over = EnumSet.noneOf(Event.class);
    private boolean closed;
    private boolean isReaped;

    /**
     * @param process its descriptor, which this object owns from now on
     * @param streams its streams; this object owns them from now on
     */
    AttachedCommand(Descriptor process, CommandStreams streams) {
        this.process = process;
        this.streams = streams;
        one.setLong(0, 1);
        streams.handOver();
        if (streams instanceof CommandTerminal) {
            over.add(Event.ERRORS);
        }
    }

    @Override
    public Set<Event> await(Set<Event> wanted) {
        boolean hasOneDescriptor = streams instanceof CommandTerminal;
        boolean reads = wanted.contains(Event.OUTPUT) && !over.contains(Event.OUTPUT);
        boolean writes = wanted.contains(Event.INPUT) && !over.contains(Event.INPUT);
        polled.watch(0, process.number(), PollSet.IN);
        polled.watch(1, writes ? streams.input().number() : PollSet.NOTHING, PollSet.OUT);
        polled.watch(2, reads ? streams.output().number() : PollSet.NOTHING, PollSet.IN);
        polled.watch(
                3,
                wanted.contains(Event.ERRORS) && !over.contains(Event.ERRORS)
                        ? streams.errors().number()
                        : PollSet.NOTHING,
                PollSet.IN);
        polled.watch(WOKEN, wake.number(), PollSet.IN);
        Set<Event> happened = EnumSet.noneOf(Event.class);
        if (!polled.await(OptionalLong.empty())) {
            return happened;
        }
        if (polled.isReady(WOKEN)) {
            Linux.raw(SystemCall.READ, wake.number(), NativeMemory.address(counter), COUNTER_BYTES);
        }
        if (polled.isReady(0)) {
            happened.add(Event.END);
        }
        if (polled.isReady(1)) {
            happened.add(Event.INPUT);
        }
        if (polled.isReady(2)) {
            happened.add(Event.OUTPUT);
        }
        if (polled.isReady(3)) {
            happened.add(Event.ERRORS);
        }
        if (hasOneDescriptor && writes && !reads && over.contains(Event.OUTPUT)) {
            // Nobody has the terminal open any more.
            over.add(Event.INPUT);
        }
        return happened;
    }

    @Override
    public int read(Event from, byte[] into) {
        if (over.contains(from)) {
            return OVER;
        }
        Descriptor source = from == Event.ERRORS ? streams.errors() : streams.output();
        long result = Linux.raw(
                SystemCall.READ, source.number(), NativeMemory.address(buffer), Math.min(BUFFER_BYTES, into.length));
        if (result > 0) {
            buffer.read(0, into, 0, (int) result);
            return (int) result;
        }
        if (result == -Errno.EAGAIN || result == -Errno.EINTR) {
            return 0;
        }
        // A terminal whose last user has closed it answers EIO.
        over.add(from);
        return OVER;
    }

    @Override
    public int left(Event from) {
        if (over.contains(from)) {
            return 0;
        }
        if (streams instanceof CommandTerminal) {
            return TERMINAL_BYTES;
        }
        Descriptor source = from == Event.ERRORS ? streams.errors() : streams.output();
        Linux.call(SystemCall.IOCTL, "command", source.number(), FIONREAD, NativeMemory.address(counter));
        return counter.getInt(0);
    }

    @Override
    public int write(byte[] bytes, int offset, int length) {
        if (over.contains(Event.INPUT)) {
            return length;
        }
        int part = Math.min(BUFFER_BYTES, length);
        buffer.write(0, bytes, offset, part);
        long result = Linux.raw(SystemCall.WRITE, streams.input().number(), NativeMemory.address(buffer), part);
        if (result >= 0) {
            return (int) result;
        }
        if (result == -Errno.EAGAIN || result == -Errno.EINTR) {
            return 0;
        }
        over.add(Event.INPUT);
        return length;
    }

    @Override
    public void endInput() {
        if (!over.contains(Event.INPUT)) {
            streams.endInput();
            if (streams instanceof CommandPipes) {
                over.add(Event.INPUT);
            }
        }
    }

    @Override
    public synchronized void wake() {
        if (!closed) {
            Linux.raw(SystemCall.WRITE, wake.number(), NativeMemory.address(one), COUNTER_BYTES);
        }
    }

    @Override
    public synchronized void resize(TerminalSize size) {
        if (!closed) {
            streams.resize(size);
        }
    }

    @Override
    public synchronized void signal(int number) {
        if (!closed) {
            streams.signal(process, number);
        }
    }

    @Override
    public How kill() {
        // Until it is reaped, its group keeps its number.
        CommandSignals.kill(process);
        return end();
    }

    @Override
    public How end() {
        boolean hasEnded = Linux.hasEnded(process);
        if (!hasEnded) {
            CommandSignals.kill(process);
        }
        isReaped = true;
        return Reaper.reap(process, TO_REAP)
                .<How>map(CommandSignals::how)
                // A traced command may have ended without anybody but its tracer learning how.
                .orElse(new How.Killed(Constants.SIGKILL));
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            if (!isReaped) {
                // Nobody else would, and the jail could not end.
                CommandSignals.kill(process);
                Reaper.reap(process, TO_REAP);
            }
            process.close();
            streams.close();
            wake.close();
            memory.close();
        }
    }
}
