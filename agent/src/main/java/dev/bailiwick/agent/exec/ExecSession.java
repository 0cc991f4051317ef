package dev.bailiwick.agent.exec;

import dev.bailiwick.agent.kernel.CommandProcess;
import dev.bailiwick.agent.kernel.CommandProcess.Event;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.question.HostAnswer.How;
import dev.bailiwick.jail.question.SessionStart;
import dev.bailiwick.jail.question.SessionState;
import dev.bailiwick.jail.stream.ExecId;
import dev.bailiwick.jail.stream.SessionFrame;
import dev.bailiwick.protocol.stream.ByteStream;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/** A command and those who are attached to it. One thread reads and writes the streams of the command; two threads serve each viewer. */
final class ExecSession {

    private static final long PAUSE_NANOS = 2_000_000;

    private final SessionStart start;
    private final CommandProcess process;
    private final SessionContents contents;

    ExecSession(SessionStart start, CommandProcess process, OutputRing ring, Clock clock) {
        this.start = start;
        this.process = process;
        this.contents = new SessionContents(SessionState.Kind.COMMAND, process, ring, start.terminal(), clock);
    }

    ExecId id() {
        return start.id();
    }

    JailId jail() {
        return start.jail();
    }

    SessionContents contents() {
        return contents;
    }

    SessionState state() {
        return contents.state(
                start.id(), start.command().argv().getFirst(), start.terminal().isPresent(), start.opener());
    }

    /** Reads and writes the streams of the command until it ends. */
    void run() {
        How how = new How.Refused("Failed", "the session could not go on");
        try (process) {
            byte[] buffer = new byte[SessionFrame.MAX_BYTES];
            boolean hasEnded = false;
            while (!hasEnded && !contents.isEnding()) {
                Set<Event> happened = process.await(contents.wanted());
                for (Event from : List.of(Event.OUTPUT, Event.ERRORS)) {
                    if (happened.contains(from)) {
                        take(from, buffer);
                    }
                }
                if (happened.contains(Event.INPUT)) {
                    var _ = contents.feed();
                }
                hasEnded = happened.contains(Event.END);
            }
            how = contents.isEnding() ? process.kill() : process.end();
            int output = process.left(Event.OUTPUT);
            int errors = process.left(Event.ERRORS);
            takeLeft(Event.OUTPUT, output, buffer);
            takeLeft(Event.ERRORS, errors, buffer);
        } finally {
            contents.ended(how);
        }
    }

    /** Takes what was in a stream when the command ended, but not what processes add that it has left behind. */
    private void takeLeft(Event from, int left, byte[] buffer) {
        while (left > 0 && contents.awaitRoom()) {
            int taken = take(from, buffer);
            left = taken > 0 ? left - taken : 0;
        }
    }

    private int take(Event from, byte[] buffer) {
        int length = process.read(from, buffer);
        if (length > 0 && !contents.append(from == Event.OUTPUT ? 1 : 2, buffer, length)) {
            // Nobody makes the command wait, and the agent's processors keep what the jail's make: not faster than
            // this.
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        return length;
    }

    /** Kills the command, and tells the viewers this reason. */
    void kill(String reason) {
        contents.endFor(reason);
        process.wake();
    }

    void attach(String name, long offset, ByteStream stream) throws InterruptedException {
        new Attachment(contents, process, stream).serve(name, offset);
    }
}
