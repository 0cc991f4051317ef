package dev.bailiwick.server.jail.command;

import dev.bailiwick.jail.question.HostAnswer.How;
import dev.bailiwick.jail.question.SessionState;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A session of a command in a jail, or the terminal of its init.
 *
 * @param kind {@code command}, or {@code init} for the terminal of the init, which exists as long as the jail runs and cannot be ended
 * @param program the path in the jail; {@code init} for the kind {@code init}
 * @param tty whether the command has a terminal
 * @param openedBy who had it run; empty for the kind {@code init}
 * @param running false once the command has ended; its output is kept for ten minutes after the last viewer has left
 * @param exitCode 0 to 255; null while it runs, or if it did not end by itself
 * @param signal the number of the signal that ended it; null if none did
 * @param bytes how much it has written
 * @param viewers who is attached
 */
record CommandSessionDocument(
        @Schema(requiredMode = Schema.RequiredMode.REQUIRED) UUID id,

        @Schema(
                requiredMode = Schema.RequiredMode.REQUIRED,
                allowableValues = {"command", "init"})
        String kind,

        @Schema(requiredMode = Schema.RequiredMode.REQUIRED) String program,
        boolean tty,
        @Schema(requiredMode = Schema.RequiredMode.REQUIRED) String openedBy,
        @Schema(requiredMode = Schema.RequiredMode.REQUIRED) Instant startedAt,
        boolean running,
        @Nullable Integer exitCode,
        @Nullable Integer signal,
        long bytes,
        @Schema(requiredMode = Schema.RequiredMode.REQUIRED) List<SessionViewerDocument> viewers) {

    /**
     * Somebody who is attached to a session.
     *
     * @param name as in the audit, for example {@code user:ada}
     * @param writes whether what they type reaches the command; at most one does
     */
    record SessionViewerDocument(
            @Schema(requiredMode = Schema.RequiredMode.REQUIRED)
            String name,

            boolean writes) {}

    static CommandSessionDocument of(SessionState state) {
        How end = state.end().orElse(null);
        return new CommandSessionDocument(
                state.id().value(),
                state.kind().text(),
                state.program(),
                state.terminal(),
                state.opener(),
                state.started(),
                end == null,
                end instanceof How.Exited(int status) ? status : null,
                end instanceof How.Killed(int signal) ? signal : null,
                state.bytes(),
                state.viewers().stream()
                        .map(viewer -> new SessionViewerDocument(viewer.name(), viewer.writes()))
                        .toList());
    }
}
