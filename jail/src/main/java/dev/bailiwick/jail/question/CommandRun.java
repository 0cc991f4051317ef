package dev.bailiwick.jail.question;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.process.Command;
import dev.bailiwick.jail.process.CommandUser;
import dev.bailiwick.jail.process.WorkingDirectory;
import java.time.Duration;
import java.util.Optional;

/**
 * A command to run in a jail beside its first process.
 *
 * @param user empty for root of the jail
 * @param input what it can read from its standard input, which ends after it
 * @param limit 1 ms to {@link #MAX_LIMIT}; a command that runs for longer is killed
 */
public record CommandRun(
        JailId jail,
        Command command,
        Optional<CommandUser> user,
        WorkingDirectory directory,
        String input,
        Duration limit) {

    /** Less than the time for which a server waits for an answer. */
    public static final Duration MAX_LIMIT = Duration.ofSeconds(50);

    /** The bytes of UTF-8 that the input can have. */
    public static final int MAX_INPUT_BYTES = 64 * 1024;
}
