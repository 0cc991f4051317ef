package dev.bailiwick.agent.kernel.linux.command;

import com.sun.jna.Pointer;
import dev.bailiwick.agent.kernel.linux.sandbox.JailEntry;
import dev.bailiwick.agent.kernel.linux.syscall.Constants;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.agent.kernel.linux.syscall.LinuxFailure;
import dev.bailiwick.agent.kernel.linux.syscall.NativeMemory;
import dev.bailiwick.agent.kernel.linux.syscall.SystemCall;
import dev.bailiwick.jail.process.TerminalSize;

/** The three pipes between the agent and a command. They belong to the user of the command, who can open them again as /dev/stdout. */
final class CommandPipes implements CommandStreams {

    private final Pipe input;
    private final Pipe output;
    private final Pipe errors;

    /** @param read the end for reading, {@code write} that for writing; both are close-on-exec */
    private record Pipe(Descriptor read, Descriptor write) implements AutoCloseable {

        static Pipe open(long owner) {
            try (NativeMemory memory = new NativeMemory()) {
                Pointer ends = memory.bytes(8);
                Linux.call(SystemCall.PIPE2, "command", NativeMemory.address(ends), Constants.O_CLOEXEC);
                Pipe pipe = new Pipe(new Descriptor(ends.getInt(0)), new Descriptor(ends.getInt(4)));
                try {
                    Linux.own(pipe.read, "", owner);
                    return pipe;
                } catch (LinuxFailure e) {
                    pipe.close();
                    throw e;
                }
            }
        }

        @Override
        public void close() {
            read.close();
            write.close();
        }
    }

    /** @param owner the user id on the host */
    CommandPipes(long owner) {
        input = Pipe.open(owner);
        try {
            output = Pipe.open(owner);
        } catch (LinuxFailure e) {
            input.close();
            throw e;
        }
        try {
            errors = Pipe.open(owner);
        } catch (LinuxFailure e) {
            input.close();
            output.close();
            throw e;
        }
    }

    @Override
    public JailEntry.Streams ofCommand() {
        return JailEntry.Streams.of(input.read, output.write, errors.write);
    }

    @Override
    public void handOver() {
        input.read.close();
        output.write.close();
        errors.write.close();
        for (Descriptor end : new Descriptor[] {input.write, output.read, errors.read}) {
            Linux.call(SystemCall.FCNTL, "command", end.number(), Constants.F_SETFL, Constants.O_NONBLOCK);
        }
    }

    @Override
    public Descriptor input() {
        return input.write;
    }

    @Override
    public Descriptor output() {
        return output.read;
    }

    @Override
    public Descriptor errors() {
        return errors.read;
    }

    @Override
    public void endInput() {
        input.write.close();
    }

    /** Does nothing: pipes have no size. */
    @Override
    public void resize(TerminalSize size) {}

    @Override
    public void signal(Descriptor process, int number) {
        CommandSignals.send(process, number);
    }

    @Override
    public void close() {
        input.close();
        output.close();
        errors.close();
    }
}
