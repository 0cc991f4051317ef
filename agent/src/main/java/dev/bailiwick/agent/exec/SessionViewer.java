package dev.bailiwick.agent.exec;

import dev.bailiwick.jail.process.TerminalSize;
import dev.bailiwick.jail.question.HostAnswer.How;
import dev.bailiwick.jail.question.SessionState;
import dev.bailiwick.jail.stream.SessionFrame;
import dev.bailiwick.jail.validation.InvalidValue;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Somebody who is attached to a session. The lock of the session guards it. */
final class SessionViewer {

    /** What is on the way to a viewer, and not acknowledged, at most. */
    static final int WINDOW_BYTES = 256 * 1024;

    /** Leaves room for what one look at both streams of the command adds. */
    static final int MAX_UNSHOWN = OutputRing.BYTES - 2 * SessionFrame.MAX_BYTES;

    final String name;
    /** The offset of the next byte to send. */
    long position;
    /** The offset before which the viewer has shown everything. */
    long acknowledged;
    /** Whether the viewer has yet to learn who is attached. */
    boolean hasNews = true;
    /** Whether the viewer has yet to learn the size of the terminal. */
    boolean hasNewSize = true;

    /** What the viewer types on; empty if it does not care whether input is lost with a connection. */
    Optional<UUID> keyboard = Optional.empty();
    /** How many bytes of that were taken, or dropped because somebody else writes. */
    long taken;
    /** Whether the viewer has yet to learn that. */
    boolean hasNewInput;

    boolean hasLeft;
    /** Whether the same viewer has come again. */
    boolean isReplaced;
    /** That of the viewer's own terminal. */
    Optional<TerminalSize> size = Optional.empty();

    SessionViewer(String name, long offset) {
        this.name = name;
        this.position = offset;
        this.acknowledged = offset;
    }

    /** Returns whether the command waits for this viewer, if it is the writer. */
    boolean holdsBack(OutputRing ring) {
        return ring.head() - acknowledged >= MAX_UNSHOWN || ring.isFullAt(position);
    }

    void took(int bytes) {
        if (keyboard.isPresent()) {
            taken += bytes;
            hasNewInput = true;
        }
    }

    /** @throws InvalidValue if this was not sent */
    void acknowledge(long offset) {
        if (offset > position) {
            throw new InvalidValue("acknowledges what was not sent");
        }
        acknowledged = Math.max(acknowledged, offset);
    }

    boolean hasRoom() {
        return position - acknowledged < WINDOW_BYTES;
    }

    /** Goes on at this position, before which nothing is kept, unless the viewer is there already. */
    Optional<SessionFrame> skipTo(long tail) {
        if (position >= tail) {
            return Optional.empty();
        }
        SessionFrame.Gap gap = new SessionFrame.Gap(position, tail);
        position = tail;
        acknowledged = tail;
        return Optional.of(gap);
    }

    SessionState.ExecViewer state(@Nullable SessionViewer writer) {
        return new SessionState.ExecViewer(name, this == writer);
    }

    /** Returns who is attached, as this viewer sees it. */
    SessionFrame.Writer attached(List<SessionViewer> all, @Nullable SessionViewer writer) {
        return new SessionFrame.Writer(all.stream()
                .map(viewer -> new SessionFrame.Viewer(viewer.name, viewer == writer, viewer == this))
                .toList());
    }

    /**
     * Returns the last frame of a session.
     *
     * @param ending why the session ends without the command; empty if it does not
     */
    static SessionFrame.State last(How how, String ending) {
        if (!ending.isEmpty()) {
            return new SessionFrame.State(SessionFrame.Ended.SESSION, 0, ending);
        }
        return switch (how) {
            case How.Exited(int status) -> new SessionFrame.State(SessionFrame.Ended.EXITED, status, "");
            case How.Killed(int signal) -> new SessionFrame.State(SessionFrame.Ended.KILLED, signal, "");
            case How.TimedOut(), How.Refused _ -> new SessionFrame.State(SessionFrame.Ended.SESSION, 0, "failed");
        };
    }
}
