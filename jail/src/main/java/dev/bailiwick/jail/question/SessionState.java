package dev.bailiwick.jail.question;

import dev.bailiwick.jail.question.HostAnswer.How;
import dev.bailiwick.jail.stream.ExecId;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A session of a command, or the terminal of an init, as its host sees it.
 *
 * @param program the path in the jail; {@code init} for that of an init
 * @param terminal whether the command has a terminal
 * @param opener as in {@link SessionStart}; empty for that of an init
 * @param end how the command ended; empty while it runs
 * @param viewers who is attached, in the order of their coming; {@link ExecViewer} says what they are
 * @param bytes how much the command has written
 */
public record SessionState(
        ExecId id,
        Kind kind,
        String program,
        boolean terminal,
        String opener,
        Instant started,
        Optional<How> end,
        List<ExecViewer> viewers,
        long bytes) {

    /** What a session is. */
    public enum Kind {
        COMMAND,
        /** It exists as long as the jail runs, and cannot be ended. */
        INIT;

        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public SessionState {
        viewers = List.copyOf(viewers);
    }

    /**
     * Somebody who is attached to a session.
     *
     * @param name in words of the server
     * @param writes whether what they type reaches the command
     */
    public record ExecViewer(String name, boolean writes) {}
}
