package dev.bailiwick.jail.process;

import java.util.Optional;

/**
 * How the command of a jail is executed.
 *
 * @param user empty for root
 * @param sysctls settings of its namespaces
 * @param privileges whether its programs can give any
 * @param console its standard streams
 */
public record Execution(
        Optional<CommandUser> user,
        WorkingDirectory workingDirectory,
        RunDirectories runDirectories,
        FirstProcess firstProcess,
        Sysctls sysctls,
        Privileges privileges,
        Console console) {

    /**
     * As root, in the root directory, with nothing below {@code /run}, as process 1, with the settings of new namespaces, no new privileges, and
     * a pipe to its log.
     */
    public static final Execution PLAIN = new Execution(
            Optional.empty(),
            WorkingDirectory.ROOT,
            RunDirectories.NONE,
            FirstProcess.COMMAND,
            Sysctls.NONE,
            Privileges.NONE,
            Console.LOG);

    public Execution with(CommandUser other) {
        return new Execution(
                Optional.of(other), workingDirectory, runDirectories, firstProcess, sysctls, privileges, console);
    }

    public Execution with(WorkingDirectory other) {
        return new Execution(user, other, runDirectories, firstProcess, sysctls, privileges, console);
    }

    public Execution with(RunDirectories others) {
        return new Execution(user, workingDirectory, others, firstProcess, sysctls, privileges, console);
    }

    public Execution with(FirstProcess other) {
        return new Execution(user, workingDirectory, runDirectories, other, sysctls, privileges, console);
    }

    public Execution with(Sysctls others) {
        return new Execution(user, workingDirectory, runDirectories, firstProcess, others, privileges, console);
    }

    public Execution with(Privileges other) {
        return new Execution(user, workingDirectory, runDirectories, firstProcess, sysctls, other, console);
    }

    public Execution with(Console other) {
        return new Execution(user, workingDirectory, runDirectories, firstProcess, sysctls, privileges, other);
    }
}
