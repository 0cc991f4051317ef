package dev.bailiwick.jail.question;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.process.Command;
import dev.bailiwick.jail.process.CommandUser;
import dev.bailiwick.jail.process.TerminalSize;
import dev.bailiwick.jail.process.WorkingDirectory;
import dev.bailiwick.jail.stream.ExecId;
import java.util.Optional;

/**
 * A command to run in a jail beside its first process, to which people attach.
 *
 * @param user empty for root of the jail
 * @param terminal the size of the terminal that the command has; empty if it has pipes instead
 * @param opener who has it run, in words of the server; at most {@link #MAX_OPENER} characters
 */
public record SessionStart(
        ExecId id,
        JailId jail,
        Command command,
        Optional<CommandUser> user,
        WorkingDirectory directory,
        Optional<TerminalSize> terminal,
        String opener) {

    public static final int MAX_OPENER = 200;
}
