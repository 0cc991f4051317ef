package dev.bailiwick.agent.exec;

import dev.bailiwick.agent.kernel.ProgramInput;
import dev.bailiwick.jail.process.TerminalSize;
import dev.bailiwick.jail.question.SessionState;
import dev.bailiwick.jail.stream.SessionFrame;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Those who are attached to a session, and the one of them who writes. The lock of the session guards it. */
final class SessionViewers {

    private final ProgramInput process;
    private final SessionInput input;
    private final Keyboards keyboards = new Keyboards();
    private final List<SessionViewer> all = new ArrayList<>();
    private @Nullable SessionViewer writer;
    /** That of the terminal; empty if there is none. */
    private Optional<TerminalSize> size;
    /** Whether nobody has come yet, and somebody is expected. */
    private boolean awaitsFirst = true;

    /**
     * @param input what the writer types
     * @param size that of the terminal; empty if there is none
     */
    SessionViewers(ProgramInput process, SessionInput input, Optional<TerminalSize> size) {
        this.process = process;
        this.input = input;
        this.size = size;
    }

    int count() {
        return all.size();
    }

    List<SessionState.ExecViewer> states() {
        return all.stream().map(viewer -> viewer.state(writer)).toList();
    }

    boolean hasWriter() {
        return writer != null;
    }

    boolean isWriter(SessionViewer viewer) {
        return viewer == writer;
    }

    /** Returns whether the command waits for its writer, or for the first to come. */
    boolean holdBack(OutputRing ring) {
        if (writer == null) {
            return awaitsFirst && (ring.head() >= SessionViewer.MAX_UNSHOWN || ring.isFullAt(0));
        }
        return writer.holdsBack(ring);
    }

    void stopAwaiting() {
        awaitsFirst = false;
    }

    /** The first writes. */
    void join(SessionViewer viewer) {
        all.add(viewer);
        awaitsFirst = false;
        if (writer == null) {
            writer = viewer;
        }
        announce();
    }

    void leave(SessionViewer viewer) {
        viewer.hasLeft = true;
        all.remove(viewer);
        keyboards.left(viewer);
        if (writer == viewer) {
            writer = null;
            input.forgetOffered();
        }
        announce();
    }

    /** Has the viewer write, instead of the one that did. */
    void write(SessionViewer viewer) {
        if (writer != viewer) {
            input.dropOffered();
        }
        writer = viewer;
        viewer.size.ifPresent(this::resize);
        announce();
    }

    /** Gives the viewer its keyboard. Has it go on in the place of itself, if its former connection has not ended yet. */
    void give(SessionViewer viewer, UUID keyboard) {
        keyboards.give(viewer, keyboard, all).ifPresent(former -> {
            former.isReplaced = true;
            boolean wrote = isWriter(former);
            leave(former);
            if (wrote) {
                write(viewer);
            }
        });
    }

    private void announce() {
        all.forEach(viewer -> viewer.hasNews = true);
    }

    /** Gives the terminal the size of its writer's; all others show it in that size. */
    void resize(SessionViewer viewer, TerminalSize wanted) {
        viewer.size = Optional.of(wanted);
        if (isWriter(viewer)) {
            resize(wanted);
        }
    }

    private void resize(TerminalSize wanted) {
        if (size.isPresent() && !size.get().equals(wanted)) {
            size = Optional.of(wanted);
            process.resize(wanted);
            all.forEach(viewer -> viewer.hasNewSize = true);
        }
    }

    /** Returns what the viewer has yet to learn beside output, if it is something. */
    Optional<SessionFrame> news(SessionViewer viewer) {
        if (viewer.hasNews) {
            viewer.hasNews = false;
            return Optional.of(viewer.attached(all, writer));
        }
        if (viewer.hasNewSize && size.isPresent()) {
            viewer.hasNewSize = false;
            return size.map(SessionFrame.Size::new);
        }
        if (viewer.hasNewInput) {
            viewer.hasNewInput = false;
            return Optional.of(new SessionFrame.Taken(viewer.taken));
        }
        return Optional.empty();
    }
}
