package dev.bailiwick.server.jail.command;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.bailiwick.jail.draft.CommandDraft;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A command to run in a jail, as a request has it.
 *
 * @param command a program by its absolute path in the jail, and its arguments
 * @param environment adds to that of the jail's definition, or replaces parts of it
 * @param user by default that of the definition
 * @param workingDirectory by default that of the definition
 * @param input the whole standard input; only with wait
 * @param timeout in seconds, 1 to 50, by default 10; only with wait
 * @param waits whether the answer comes when the command has ended; otherwise people attach to it
 * @param tty whether the command has a terminal; only without wait
 * @param columns the width of the terminal, by default 80
 * @param rows the height of the terminal, by default 24
 */
record CommandRequest(
        @Schema(requiredMode = Schema.RequiredMode.REQUIRED) @Nullable
        List<@Nullable String> command,

        @Nullable Map<String, @Nullable String> environment,
        @Nullable String user,
        @Nullable String workingDirectory,
        @Nullable String input,
        @Nullable Integer timeout,
        @JsonProperty("wait") @Nullable Boolean waits,
        @Nullable Boolean tty,
        @Nullable Integer columns,
        @Nullable Integer rows) {

    CommandDraft draft() {
        return new CommandDraft(command, environment, user, workingDirectory, input, timeout, tty, columns, rows);
    }

    boolean isWaitedFor() {
        return Boolean.TRUE.equals(waits);
    }
}
