package dev.bailiwick.server.jail.command;

import dev.bailiwick.jail.draft.CommandDraft;
import dev.bailiwick.server.jail.rest.JailRequest;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A jail for one command, and the command.
 *
 * @param jail as in the request that creates a jail. Without a name, it gets one; without a command, its first process sleeps
 * @param command a program by its absolute path in the jail, and its arguments
 * @param environment adds to that of the jail's definition, or replaces parts of it
 * @param user by default that of the definition
 * @param workingDirectory by default that of the definition
 * @param input the whole standard input
 * @param timeout in seconds, 1 to 50, by default 10
 */
record JailRunRequest(
        @Schema(requiredMode = Schema.RequiredMode.REQUIRED, implementation = JailRequest.class) @Nullable
        JsonNode jail,

        @Schema(requiredMode = Schema.RequiredMode.REQUIRED) @Nullable
        List<@Nullable String> command,

        @Nullable Map<String, @Nullable String> environment,
        @Nullable String user,
        @Nullable String workingDirectory,
        @Nullable String input,
        @Nullable Integer timeout) {

    CommandDraft draft() {
        return new CommandDraft(command, environment, user, workingDirectory, input, timeout, null, null, null);
    }
}
