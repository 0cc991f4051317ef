package dev.bailiwick.agent.exec;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.bailiwick.agent.kernel.CommandProcess;
import dev.bailiwick.agent.kernel.CommandProcess.Event;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.question.HostAnswer.How;
import dev.bailiwick.jail.question.SessionStart;
import dev.bailiwick.jail.question.SessionState;
import dev.bailiwick.jail.stream.ExecId;
import dev.bailiwick.jail.stream.SessionFrame;
import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.protocol.stream.ByteStream;
import dev.bailiwick.protocol.stream.StreamClosed;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/** A command and those who are attached to it. One thread reads and writes the streams of the command; two threads serve each viewer. */
final class ExecSession {

    private static final int MAX_LEFT_BYTES = 128 * 1024;
    private static final long PAUSE_NANOS = 2_000_000;

    private final SessionStart start;
    private final CommandProcess process;
    private final SessionContents contents;

    ExecSession(SessionStart start, CommandProcess process, OutputRing ring, Clock clock) {
        this.start = start;
        this.process = process;
        this.contents = new SessionContents(process, ring, start.terminal(), clock);
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
        return contents.state(start);
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
                    contents.feed();
                }
                hasEnded = happened.contains(Event.END);
            }
            how = process.end();
            for (Event from : List.of(Event.OUTPUT, Event.ERRORS)) {
                int left = MAX_LEFT_BYTES;
                int taken = take(from, buffer);
                while (taken > 0 && left > 0) {
                    left -= taken;
                    taken = take(from, buffer);
                }
            }
        } finally {
            contents.ended(how);
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

    /**
     * Serves one viewer until it leaves or the session has ended.
     *
     * @param offset the offset of the first byte to send; if it is no longer kept, the viewer gets a gap
     * @throws StreamClosed if the stream has ended
     */
    void attach(String name, long offset, ByteStream stream) throws InterruptedException {
        SessionViewer viewer = contents.join(name, offset);
        // It ends once the viewer has left, or the stream has ended.
        Thread.ofPlatform().daemon().name("exec-viewer").start(() -> send(viewer, stream));
        try {
            Optional<ByteString> next = stream.receive();
            while (next.isPresent() && !isWithdrawn(stream)) {
                contents.take(
                        viewer,
                        SessionFrame.decode(next.get().toByteArray()),
                        () -> stream.closed().isPresent());
                process.wake();
                next = stream.receive();
            }
        } catch (InvalidValue e) {
            stream.close("malformed", e.reason());
        } finally {
            contents.leave(viewer, isWithdrawn(stream));
            // The command waited for it, perhaps.
            process.wake();
        }
    }

    private static boolean isWithdrawn(ByteStream stream) {
        return stream.closed()
                .filter(how -> how.reason().equals(StreamClosed.WITHDRAWN))
                .isPresent();
    }

    private void send(SessionViewer viewer, ByteStream stream) {
        try {
            Optional<SessionFrame> next = contents.next(viewer);
            while (next.isPresent()) {
                stream.send(UnsafeByteOperations.unsafeWrap(next.get().encode()));
                if (next.get() instanceof SessionFrame.State(var _, int _, String reason)) {
                    stream.close("ended", reason);
                }
                next = contents.next(viewer);
            }
            if (viewer.isReplaced) {
                stream.close("replaced", "");
            }
        } catch (StreamClosed theViewerHasLeft) {
            stream.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            stream.close("failed", e.toString());
        }
    }
}
