package dev.bailiwick.jail.process;

import java.util.Optional;

/**
 * How the command of a jail is executed.
 *
 * @param user empty for root
 * @param sysctls settings of its namespaces
 * @param privileges whether its programs can give any
 */
public record Execution(
        Optional<CommandUser> user,
        WorkingDirectory workingDirectory,
        RunDirectories runDirectories,
        FirstProcess firstProcess,
        Sysctls sysctls,
        Privileges privileges) {

    /** As root, in the root directory, with nothing below {@code /run}, as process 1, with the settings of new namespaces and no new privileges. */
    public static final Execution PLAIN = new Execution(
            Optional.empty(),
            WorkingDirectory.ROOT,
            RunDirectories.NONE,
            FirstProcess.COMMAND,
            Sysctls.NONE,
            Privileges.NONE);

    public Execution with(CommandUser other) {
        return new Execution(Optional.of(other), workingDirectory, runDirectories, firstProcess, sysctls, privileges);
    }

    public Execution with(WorkingDirectory other) {
        return new Execution(user, other, runDirectories, firstProcess, sysctls, privileges);
    }

    public Execution with(RunDirectories others) {
        return new Execution(user, workingDirectory, others, firstProcess, sysctls, privileges);
    }

    public Execution with(FirstProcess other) {
        return new Execution(user, workingDirectory, runDirectories, other, sysctls, privileges);
    }

    public Execution with(Sysctls others) {
        return new Execution(user, workingDirectory, runDirectories, firstProcess, others, privileges);
    }

    public Execution with(Privileges other) {
        return new Execution(user, workingDirectory, runDirectories, firstProcess, sysctls, other);
    }
}
