package dev.bailiwick.jail.question;

import dev.bailiwick.jail.question.HostAnswer.How;
import dev.bailiwick.jail.stream.ExecId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A session of a command, as its host sees it.
 *
 * @param program the path in the jail
 * @param terminal whether the command has a terminal
 * @param opener as in {@link SessionStart}
 * @param end how the command ended; empty while it runs
 * @param viewers who is attached, in the order of their coming; {@link ExecViewer} says what they are
 * @param bytes how much the command has written
 */
public record SessionState(
        ExecId id,
        String program,
        boolean terminal,
        String opener,
        Instant started,
        Optional<How> end,
        List<ExecViewer> viewers,
        long bytes) {

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
