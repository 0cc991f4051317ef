package dev.bailiwick.jail.process;

import java.util.Optional;

/**
 * How the command of a jail is executed.
 *
 * @param user empty for root
 */
public record Execution(
        Optional<CommandUser> user,
        WorkingDirectory workingDirectory,
        RunDirectories runDirectories,
        FirstProcess firstProcess) {

    /** As root, in the root directory, with nothing below {@code /run}, as process 1. */
    public static final Execution PLAIN =
            new Execution(Optional.empty(), WorkingDirectory.ROOT, RunDirectories.NONE, FirstProcess.COMMAND);

    public Execution with(CommandUser other) {
        return new Execution(Optional.of(other), workingDirectory, runDirectories, firstProcess);
    }

    public Execution with(WorkingDirectory other) {
        return new Execution(user, other, runDirectories, firstProcess);
    }

    public Execution with(RunDirectories others) {
        return new Execution(user, workingDirectory, others, firstProcess);
    }

    public Execution with(FirstProcess other) {
        return new Execution(user, workingDirectory, runDirectories, other);
    }
}
