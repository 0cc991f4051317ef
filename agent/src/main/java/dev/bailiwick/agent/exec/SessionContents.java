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
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
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
    private final Keyboards keyboards = new Keyboards();
    private final List<SessionViewer> viewers = new ArrayList<>();
    private @Nullable SessionViewer writer;
    /** That of the terminal; empty if there is none. */
    private Optional<TerminalSize> size;
    /** Why the session ends without the command; empty while it does not. */
    private String ending = "";

    private @Nullable How end;
    /** Whether nobody has come yet, and somebody is expected. */
    private boolean awaitsFirst = true;

    private boolean isForgotten;
    private Instant unusedSince;

    /** @param size that of the terminal; empty if there is none */
    SessionContents(
            SessionState.Kind kind, ProgramInput process, OutputRing ring, Optional<TerminalSize> size, Clock clock) {
        this.kind = kind;
        this.process = process;
        this.size = size;
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
        try (Guard _ = locked()) {
            ending = reason;
            changed.signalAll();
        }
    }

    /** Returns what the command can do now. */
    Set<Event> wanted() {
        try (Guard _ = locked()) {
            Set<Event> wanted = EnumSet.noneOf(Event.class);
            if (!input.isEmpty()) {
                wanted.add(Event.INPUT);
            }
            if (!isHeldBack()) {
                wanted.add(Event.OUTPUT);
                wanted.add(Event.ERRORS);
            }
            return wanted;
        }
    }

    private boolean isHeldBack() {
        if (kind == SessionState.Kind.INIT) {
            return false;
        }
        if (writer == null) {
            return awaitsFirst && (ring.head() >= SessionViewer.MAX_UNSHOWN || ring.isFullAt(0));
        }
        return writer.holdsBack(ring);
    }

    /** Adds output, see {@link OutputRing#append}. Returns whether somebody writes, who makes the command wait. */
    boolean append(int stream, byte[] buffer, int length) {
        try (Guard _ = locked()) {
            ring.append(stream, buffer, length);
            changed.signalAll();
            return writer != null;
        }
    }

    void feed() {
        try (Guard _ = locked()) {
            var _ = input.feed(process);
            changed.signalAll();
        }
    }

    /** Writes as much input as the program takes now; returns whether some is left. */
    boolean feedAll() {
        try (Guard _ = locked()) {
            while (end == null && input.feed(process)) {}
            changed.signalAll();
            return end == null && !input.isEmpty();
        }
    }

    /** Has the command go on although nobody has come. */
    void stopAwaiting() {
        try (Guard _ = locked()) {
            if (awaitsFirst) {
                awaitsFirst = false;
                process.wake();
            }
        }
    }

    void ended(How how) {
        try (Guard _ = locked()) {
            end = how;
            unusedSince = clock.instant();
            changed.signalAll();
            releaseIfForgotten();
        }
    }

    SessionViewer join(String name, long offset) {
        try (Guard _ = locked()) {
            SessionViewer viewer = new SessionViewer(name, Math.min(offset, ring.head()));
            viewers.add(viewer);
            awaitsFirst = false;
            if (writer == null) {
                writer = viewer;
            }
            announce();
            return viewer;
        }
    }

    /** @param withdrawn whether it may no longer write: what it typed, and the command has not read, is dropped */
    void leave(SessionViewer viewer, boolean withdrawn) {
        try (Guard _ = locked()) {
            if (withdrawn) {
                input.drop();
            }
            viewer.hasLeft = true;
            viewers.remove(viewer);
            keyboards.left(viewer);
            if (writer == viewer) {
                writer = null;
            }
            unusedSince = clock.instant();
            announce();
            releaseIfForgotten();
        }
    }

    /** Has the viewer go on in the place of itself, whose former connection has not ended yet. */
    private void replace(SessionViewer former, SessionViewer viewer) {
        former.hasLeft = true;
        former.isReplaced = true;
        viewers.remove(former);
        if (writer == former) {
            write(viewer);
        }
        announce();
    }

    private void write(SessionViewer viewer) {
        writer = viewer;
        viewer.size.ifPresent(this::resize);
    }

    private void announce() {
        viewers.forEach(viewer -> viewer.hasNews = true);
        changed.signalAll();
    }

    /** Gives the terminal the size of its writer's; all others show it in that size. */
    private void resize(TerminalSize wanted) {
        if (size.isPresent() && !size.get().equals(wanted)) {
            size = Optional.of(wanted);
            process.resize(wanted);
            viewers.forEach(viewer -> viewer.hasNewSize = true);
            changed.signalAll();
        }
    }

    /**
     * Takes a frame of a viewer; waits while the command has much input to read.
     *
     * @param isOver whether the viewer has left meanwhile
     * @throws InvalidValue if viewers send no such frame
     */
    void take(SessionViewer viewer, SessionFrame frame, BooleanSupplier isOver) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            if (viewer.isReplaced) {
                return;
            }
            switch (frame) {
                case SessionFrame.In(ByteBuffer bytes) -> {
                    // If the command waits for this viewer, the acknowledgement may come after more input.
                    while (viewer == writer && end == null && !input.hasRoom() && !isHeldBack()) {
                        // Nothing here tells that the stream has ended.
                        var _ = changed.await(1, TimeUnit.SECONDS);
                        if (isOver.getAsBoolean()) {
                            return;
                        }
                    }
                    if (viewer == writer && end == null) {
                        input.add(bytes);
                    }
                    viewer.took(bytes.remaining());
                    changed.signalAll();
                }
                case SessionFrame.Keyboard(UUID id) -> {
                    keyboards.give(viewer, id, viewers).ifPresent(former -> replace(former, viewer));
                    changed.signalAll();
                }
                case SessionFrame.Eof() when viewer == writer -> input.end();
                case SessionFrame.Size(var wanted) -> {
                    viewer.size = Optional.of(wanted);
                    if (viewer == writer) {
                        resize(wanted);
                    }
                }
                case SessionFrame.Signal(int number) when viewer == writer -> process.signal(number);
                case SessionFrame.Eof _, SessionFrame.Signal _ -> {}
                case SessionFrame.Ack(long offset) -> {
                    viewer.acknowledge(offset);
                    changed.signalAll();
                }
                case SessionFrame.Writer _ -> {
                    write(viewer);
                    announce();
                }
                case SessionFrame.Out _,
                        SessionFrame.Gap _,
                        SessionFrame.State _,
                        SessionFrame.Ticket _,
                        SessionFrame.Taken _ -> throw new InvalidValue("is a frame that viewers do not send");
            }
        } finally {
            lock.unlock();
        }
    }

    /** Waits for the next frame to send; returns empty once the viewer has left, or another one is in its place. */
    Optional<SessionFrame> next(SessionViewer viewer) throws InterruptedException, IOException {
        lock.lockInterruptibly();
        try {
            while (!viewer.hasLeft) {
                if (viewer.hasNews) {
                    viewer.hasNews = false;
                    return Optional.of(viewer.attached(viewers, writer));
                }
                if (viewer.hasNewSize && size.isPresent()) {
                    viewer.hasNewSize = false;
                    return size.map(SessionFrame.Size::new);
                }
                if (viewer.hasNewInput) {
                    viewer.hasNewInput = false;
                    return Optional.of(new SessionFrame.Taken(viewer.taken));
                }
                if (viewer.position < ring.tail()) {
                    return Optional.of(viewer.skipTo(ring.tail()));
                }
                if (viewer.position < ring.head() && viewer.hasRoom()) {
                    SessionFrame.Out out = ring.read(viewer.position, SessionFrame.MAX_BYTES);
                    boolean wasHeldBack = isHeldBack();
                    viewer.position += out.bytes().remaining();
                    if (wasHeldBack) {
                        process.wake();
                    }
                    return Optional.of(out);
                }
                if (end != null && (viewer.position == ring.head() || !ending.isEmpty())) {
                    return Optional.of(SessionViewer.last(end, ending));
                }
                changed.await();
            }
            return Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    /** Returns for how long nobody has been attached; empty if somebody is. */
    Optional<Duration> unused() {
        try (Guard _ = locked()) {
            return viewers.isEmpty() ? Optional.of(Duration.between(unusedSince, clock.instant())) : Optional.empty();
        }
    }

    /** Waits until nobody is attached, or until this time of {@link System#nanoTime}. */
    void awaitLeft(long deadline) throws InterruptedException {
        try (Guard _ = locked()) {
            while (!viewers.isEmpty() && changed.awaitNanos(deadline - System.nanoTime()) > 0) {}
        }
    }

    boolean hasEnded() {
        try (Guard _ = locked()) {
            return end != null;
        }
    }

    int attached() {
        try (Guard _ = locked()) {
            return viewers.size();
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
                    viewers.stream().map(viewer -> viewer.state(writer)).toList(),
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
        if (isForgotten && end != null && viewers.isEmpty()) {
            ring.close();
        }
    }
}
