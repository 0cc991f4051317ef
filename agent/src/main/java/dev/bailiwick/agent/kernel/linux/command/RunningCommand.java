package dev.bailiwick.agent.kernel.linux.command;

import com.sun.jna.Pointer;
import dev.bailiwick.agent.kernel.JailEnd.Ending;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.Errno;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.agent.kernel.linux.syscall.NativeMemory;
import dev.bailiwick.agent.kernel.linux.syscall.Reaper;
import dev.bailiwick.agent.kernel.linux.syscall.SystemCall;
import dev.bailiwick.jail.question.CommandOutput;
import dev.bailiwick.jail.question.HostAnswer.CommandEnd;
import dev.bailiwick.jail.question.HostAnswer.How;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.LockSupport;

/**
 * A command that has begun. One thread writes its input, reads what it writes and waits for its end, which does not depend on processes that
 * it leaves behind and that keep its streams open.
 */
final class RunningCommand implements AutoCloseable {

    private static final int BUFFER_BYTES = 64 * 1024;
    private static final int WATCHED = 4;
    private static final long PAUSE_NANOS = 1_000_000;
    private static final Duration TO_REAP = Duration.ofSeconds(2);

    private final Descriptor process;
    private final CommandPipes pipes;
    private final NativeMemory memory = new NativeMemory();
    private final PollSet polled = new PollSet(memory, WATCHED);
    private final Pointer buffer = memory.bytes(BUFFER_BYTES);
    private final Collected output = new Collected();
    private final Collected errors = new Collected();
    private final byte[] input;
    private int written;
    private boolean isReaped;

    /** What has come from one stream, up to a maximum. */
    private static final class Collected {

        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private boolean isCut;
        private boolean isOver;

        void add(byte[] more) {
            int room = Math.min(more.length, CommandOutput.MAX_BYTES - bytes.size());
            bytes.write(more, 0, room);
            isCut |= room < more.length;
        }

        CommandOutput all() {
            return new CommandOutput(bytes.toByteArray(), isCut);
        }
    }

    /**
     * @param process its descriptor, which this object owns from now on
     * @param pipes its streams; this object owns them from now on
     */
    RunningCommand(Descriptor process, CommandPipes pipes, String input) {
        this.process = process;
        this.pipes = pipes;
        this.input = input.getBytes(StandardCharsets.UTF_8);
    }

    /** Returns once the command has ended by itself, or was killed after this time. */
    CommandEnd awaitEnd(Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        pipes.handOver();
        endInputAtItsEnd();
        boolean hasEnded = false;
        while (!hasEnded && deadline - System.nanoTime() > 0) {
            hasEnded = exchange(deadline - System.nanoTime());
        }
        if (!hasEnded) {
            CommandSignals.kill(process);
        }
        Optional<Ending> ending = Reaper.reap(process, TO_REAP);
        isReaped = true;
        // What it wrote is in the pipes now.
        while (readsMore()) {}
        return new CommandEnd(
                // A traced command may have ended without anybody but its tracer learning how.
                hasEnded && ending.isPresent() ? CommandSignals.how(ending.get()) : new How.TimedOut(),
                output.all(),
                errors.all());
    }

    /** Waits for whatever happens next, and handles it; returns whether the command has ended. */
    private boolean exchange(long nanos) {
        polled.watch(0, process.number(), PollSet.IN);
        polled.watch(1, written < input.length ? pipes.input().number() : PollSet.NOTHING, PollSet.OUT);
        polled.watch(2, output.isOver ? PollSet.NOTHING : pipes.output().number(), PollSet.IN);
        polled.watch(3, errors.isOver ? PollSet.NOTHING : pipes.errors().number(), PollSet.IN);
        if (!polled.await(OptionalLong.of(nanos))) {
            return false;
        }
        if (polled.isReady(1)) {
            write();
        }
        if (polled.isReady(2)) {
            read(pipes.output(), output);
        }
        if (polled.isReady(3)) {
            read(pipes.errors(), errors);
        }
        return polled.isReady(0);
    }

    private void write() {
        int length = Math.min(BUFFER_BYTES, input.length - written);
        buffer.write(0, input, written, length);
        long result = Linux.raw(SystemCall.WRITE, pipes.input().number(), NativeMemory.address(buffer), length);
        if (result > 0) {
            written += (int) result;
        } else if (result != -Errno.EAGAIN) {
            // Nobody reads it any more.
            written = input.length;
        }
        endInputAtItsEnd();
    }

    private void endInputAtItsEnd() {
        if (written == input.length) {
            pipes.input().close();
        }
    }

    private boolean readsMore() {
        boolean hasOutput = !output.isCut && read(pipes.output(), output);
        boolean hasErrors = !errors.isCut && read(pipes.errors(), errors);
        return hasOutput || hasErrors;
    }

    /** Reads what there is, up to the size of the buffer; returns whether there was anything. */
    private boolean read(Descriptor from, Collected into) {
        if (into.isOver) {
            return false;
        }
        long result = Linux.raw(SystemCall.READ, from.number(), NativeMemory.address(buffer), BUFFER_BYTES);
        if (result > 0 && into.isCut) {
            // The jail's processors make what the agent's drop: not faster than this.
            LockSupport.parkNanos(PAUSE_NANOS);
        } else if (result > 0) {
            into.add(buffer.getByteArray(0, (int) result));
        } else if (result != -Errno.EAGAIN) {
            into.isOver = true;
        }
        return result > 0;
    }

    @Override
    public void close() {
        if (!isReaped) {
            // Nobody else would, and the jail could not end.
            CommandSignals.kill(process);
            Reaper.reap(process, TO_REAP);
        }
        process.close();
        pipes.close();
        memory.close();
    }
}
