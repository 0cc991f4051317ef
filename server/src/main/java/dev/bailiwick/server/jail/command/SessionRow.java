package dev.bailiwick.server.jail.command;

import dev.bailiwick.jail.question.HostAnswer.How;
import dev.bailiwick.jail.question.SessionState;
import dev.bailiwick.server.audit.ShownActor;
import dev.bailiwick.server.page.Moment;
import java.time.Instant;
import java.util.List;

/**
 * A session as the pages show it.
 *
 * @param ofInit whether it is the terminal of the jail's init, which nobody ends
 * @param end the key of a message about its end, with {@code number}; empty while its command runs
 * @param number the exit status or the signal
 * @param opener as pages name actors
 * @param viewers the names of those who are attached
 * @param bytes how much its command has written when the page was made
 */
record SessionRow(
        String id,
        boolean ofInit,
        String program,
        boolean terminal,
        String opener,
        Moment started,
        String end,
        int number,
        List<String> viewers,
        long bytes) {

    static SessionRow of(SessionState state, Instant now) {
        return new SessionRow(
                state.id().toString(),
                state.kind() == SessionState.Kind.INIT,
                state.program(),
                state.terminal(),
                ShownActor.of(state.opener()),
                Moment.of(state.started(), now),
                state.end().map(SessionRow::end).orElse(""),
                state.end().map(SessionRow::number).orElse(0),
                state.viewers().stream()
                        .map(viewer -> ShownActor.of(viewer.name()))
                        .toList(),
                state.bytes());
    }

    private static String end(How how) {
        return switch (how) {
            case How.Exited _ -> "exited";
            case How.Killed _ -> "killed";
            case How.TimedOut _, How.Refused _ -> "failed";
        };
    }

    private static int number(How how) {
        return switch (how) {
            case How.Exited(int status) -> status;
            case How.Killed(int signal) -> signal;
            case How.TimedOut _, How.Refused _ -> 0;
        };
    }
}
