package dev.bailiwick.agent.exec;

import dev.bailiwick.agent.kernel.CommandProcess.Event;
import dev.bailiwick.agent.kernel.ProgramInput;
import dev.bailiwick.jail.process.TerminalSize;
import dev.bailiwick.jail.question.HostAnswer.How;
import dev.bailiwick.jail.question.SessionState;
import dev.bailiwick.jail.stream.ExecId;
import dev.bailiwick.jail.stream.SessionFrame;
import dev.bailiwick.jail.validation.InvalidValue;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What a session has, under one lock: the output and the input of its command, those who are attached, and its end. The command waits only for its
 * writer: one that has yet to show a ring of output, or has yet to come. Any other viewer that is slow gets a gap, and the init of a jail waits for
 * nobody.
 */
final class SessionContents {

    private final SessionState.Kind kind;
    private final ProgramInput process;
    private final OutputRing ring;
    private final Clock clock;
    private final Instant started;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final SessionInput input = new SessionInput();
    private final SessionViewers viewers;
    /** Why the session ends without the command; empty while it does not. */
    private String ending = "";

    private @Nullable How end;
    private boolean isForgotten;
    private Instant unusedSince;

    /** @param size that of the terminal; empty if there is none */
    SessionContents(
            SessionState.Kind kind, ProgramInput process, OutputRing ring, Optional<TerminalSize> size, Clock clock) {
        this.kind = kind;
        this.process = process;
        this.viewers = new SessionViewers(process, input, size);
        this.ring = ring;
        this.clock = clock;
        this.started = clock.instant();
        this.unusedSince = started;
    }

    /** Holds the lock. */
    private interface Guard extends AutoCloseable {
        @Override
        void close();
    }

    private Guard locked() {
        lock.lock();
        return lock::unlock;
    }

    /** Has all who wait look again at the end. */
    private Guard changing() {
        lock.lock();
        return () -> {
            changed.signalAll();
            lock.unlock();
        };
    }

    Instant started() {
        return started;
    }

    /** Returns whether the session ends without the command. */
    boolean isEnding() {
        try (Guard _ = locked()) {
            return !ending.isEmpty();
        }
    }

    /** Has the session end, for this reason. */
    void endFor(String reason) {
        try (Guard _ = changing()) {
            ending = reason;
        }
    }

    /** Returns what the command can do now. */
    Set<Event> wanted() {
        try (Guard _ = locked()) {
            Set<Event> wanted = isHeldBack() ? EnumSet.noneOf(Event.class) : EnumSet.of(Event.OUTPUT, Event.ERRORS);
            if (!input.isEmpty()) {
                wanted.add(Event.INPUT);
            }
            return wanted;
        }
    }

    private boolean isHeldBack() {
        return kind != SessionState.Kind.INIT && viewers.holdBack(ring);
    }

    /** Waits while output waits for the writer; returns false if the session ends before there is room for more. */
    boolean awaitRoom() {
        try (Guard _ = locked()) {
            while (isHeldBack() && ending.isEmpty()) {
                changed.awaitUninterruptibly();
            }
            return !isHeldBack();
        }
    }

    /** Adds output, see {@link OutputRing#append}. Returns whether somebody writes, who makes the command wait. */
    boolean append(int stream, byte[] buffer, int length) {
        try (Guard _ = changing()) {
            ring.append(stream, buffer, length);
            return viewers.hasWriter();
        }
    }

    /** Writes as much input as the program takes now; returns whether some is left. */
    boolean feed() {
        try (Guard _ = changing()) {
            while (end == null && input.feed(process)) {}
            return end == null && !input.isEmpty();
        }
    }

    /** Has the command go on although nobody has come. */
    void stopAwaiting() {
        try (Guard _ = changing()) {
            viewers.stopAwaiting();
            process.wake();
        }
    }

    void ended(How how) {
        try (Guard _ = changing()) {
            end = how;
            input.dropOffered();
            unusedSince = clock.instant();
            releaseIfForgotten();
        }
    }

    SessionViewer join(String name, long offset) {
        try (Guard _ = changing()) {
            SessionViewer viewer = new SessionViewer(name, Math.min(offset, ring.head()));
            viewers.join(viewer);
            return viewer;
        }
    }

    /** @param withdrawn whether it may no longer write: what it typed, and the command has not read, is dropped */
    void leave(SessionViewer viewer, boolean withdrawn) {
        try (Guard _ = changing()) {
            if (withdrawn) {
                input.forget();
            }
            viewers.leave(viewer);
            unusedSince = clock.instant();
            releaseIfForgotten();
        }
    }

    /**
     * Takes a frame of a viewer; never waits.
     *
     * @param whenTaken called once the frame is no longer kept for the viewer: at once, unless it is input and the command has much to read
     * @throws InvalidValue if viewers send no such frame
     */
    void take(SessionViewer viewer, SessionFrame frame, Runnable whenTaken) {
        try (Guard _ = changing()) {
            if (viewer.isReplaced) {
                return;
            }
            boolean writes = viewers.isWriter(viewer);
            switch (frame) {
                case SessionFrame.In(var bytes)
                when writes && end == null -> {
                    input.offer(viewer, bytes, whenTaken);
                    return;
                }
                case SessionFrame.Eof()
                when writes && end == null -> {
                    input.end(viewer, whenTaken);
                    return;
                }
                case SessionFrame.In(var bytes) -> viewer.took(bytes.remaining());
                case SessionFrame.Keyboard(var id) -> viewers.give(viewer, id);
                case SessionFrame.Size(TerminalSize wanted) -> viewers.resize(viewer, wanted);
                case SessionFrame.Signal(int number) when writes -> process.signal(number);
                case SessionFrame.Eof _, SessionFrame.Signal _ -> {}
                case SessionFrame.Ack(long offset) -> viewer.acknowledge(offset);
                case SessionFrame.Writer _ -> viewers.write(viewer);
                case SessionFrame.Out _,
                        SessionFrame.Gap _,
                        SessionFrame.State _,
                        SessionFrame.Ticket _,
                        SessionFrame.Taken _ -> throw new InvalidValue("is a frame that viewers do not send");
            }
            whenTaken.run();
        }
    }

    /** Waits for the next frame to send; returns empty once the viewer has left, or another one is in its place. */
    Optional<SessionFrame> next(SessionViewer viewer) throws InterruptedException, IOException {
        try (Guard _ = locked()) {
            while (!viewer.hasLeft) {
                Optional<SessionFrame> next = viewers.news(viewer).or(() -> viewer.skipTo(ring.tail()));
                if (next.isPresent()) {
                    return next;
                }
                if (viewer.position < ring.head() && viewer.hasRoom()) {
                    return Optional.of(read(viewer));
                }
                if (end != null && (viewer.position == ring.head() || !ending.isEmpty())) {
                    return Optional.of(SessionViewer.last(end, ending));
                }
                changed.await();
            }
            return Optional.empty();
        }
    }

    private SessionFrame.Out read(SessionViewer viewer) throws IOException {
        SessionFrame.Out out = ring.read(viewer.position, SessionFrame.MAX_BYTES);
        boolean wasHeldBack = isHeldBack();
        viewer.position += out.bytes().remaining();
        if (wasHeldBack) {
            process.wake();
            changed.signalAll();
        }
        return out;
    }

    /** Returns for how long nobody has been attached; empty if somebody is. */
    Optional<Duration> unused() {
        try (Guard _ = locked()) {
            return viewers.count() == 0
                    ? Optional.of(Duration.between(unusedSince, clock.instant()))
                    : Optional.empty();
        }
    }

    /** Waits until nobody is attached, or until this time of {@link System#nanoTime}. */
    void awaitLeft(long deadline) throws InterruptedException {
        try (Guard _ = locked()) {
            while (viewers.count() > 0 && changed.awaitNanos(deadline - System.nanoTime()) > 0) {}
        }
    }

    boolean hasEnded() {
        try (Guard _ = locked()) {
            return end != null;
        }
    }

    int attached() {
        try (Guard _ = locked()) {
            return viewers.count();
        }
    }

    SessionState state(ExecId id, String program, boolean terminal, String opener) {
        try (Guard _ = locked()) {
            return new SessionState(
                    id,
                    kind,
                    program,
                    terminal,
                    opener,
                    started,
                    Optional.ofNullable(end),
                    viewers.states(),
                    ring.head());
        }
    }

    /** Deletes what it has kept, once the command has ended and the last viewer has left. */
    void forget() {
        try (Guard _ = locked()) {
            isForgotten = true;
            releaseIfForgotten();
        }
    }

    private void releaseIfForgotten() {
        if (isForgotten && end != null && viewers.count() == 0) {
            ring.close();
        }
    }
}
