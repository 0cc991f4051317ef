package dev.bailiwick.jail.draft;

import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.process.Command;
import dev.bailiwick.jail.process.CommandUser;
import dev.bailiwick.jail.process.TerminalSize;
import dev.bailiwick.jail.process.WorkingDirectory;
import dev.bailiwick.jail.question.CommandRun;
import dev.bailiwick.jail.question.SessionStart;
import dev.bailiwick.jail.stream.ExecId;
import dev.bailiwick.jail.validation.InvalidDefinition;
import dev.bailiwick.jail.validation.Violation;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A command to run in a jail, as somebody wrote it. Every component may be missing.
 *
 * @param environment adds to that of the jail's definition, or replaces parts of it
 * @param user by default that of the definition
 * @param workingDirectory by default that of the definition
 * @param input for a command that is waited for
 * @param timeout in seconds, 1 to {@link #MAX_SECONDS}; for a command that is waited for
 * @param tty whether the command has a terminal; for one that is not waited for
 * @param columns the width of the terminal
 * @param rows the height of the terminal
 */
public record CommandDraft(
        @Nullable List<@Nullable String> command,
        @Nullable Map<String, @Nullable String> environment,
        @Nullable String user,
        @Nullable String workingDirectory,
        @Nullable String input,
        @Nullable Integer timeout,
        @Nullable Boolean tty,
        @Nullable Integer columns,
        @Nullable Integer rows) {

    private static final String WAITED_FOR = "is only for a command that is waited for";

    public static final int DEFAULT_SECONDS = 10;
    public static final int MAX_SECONDS = (int) CommandRun.MAX_LIMIT.toSeconds();

    /**
     * Reads a command that is waited for.
     *
     * @param definition that of the jail
     * @throws InvalidDefinition naming each field that is wrong
     */
    public CommandRun read(JailId jail, JailDefinition definition) {
        return read(jail, Usual.of(definition));
    }

    /**
     * Checks a command that is waited for before its jail has a definition.
     *
     * @throws InvalidDefinition naming each field that is wrong
     */
    public void check(JailId jail) {
        read(jail, Usual.NONE);
    }

    private CommandRun read(JailId jail, Usual usual) {
        DraftReader reader = new DraftReader();
        Program program = program(reader, usual);
        String readInput = input == null ? "" : input;
        if (readInput.getBytes(StandardCharsets.UTF_8).length > CommandRun.MAX_INPUT_BYTES) {
            reader.add(new Violation("/input", "has more than " + CommandRun.MAX_INPUT_BYTES + " bytes of UTF-8"));
        }
        int seconds = timeout == null ? DEFAULT_SECONDS : timeout;
        if (seconds < 1 || seconds > MAX_SECONDS) {
            reader.add(new Violation("/timeout", "must be 1 to " + MAX_SECONDS + " seconds"));
        }
        if (Boolean.TRUE.equals(tty)) {
            reader.add(new Violation("/tty", "is only for a command that is not waited for"));
        }
        refuseSize(reader);
        reader.refuseIfAny();
        return new CommandRun(
                jail,
                program.command.orElseThrow(),
                program.user.orElseThrow(),
                program.directory.orElseThrow(),
                readInput,
                Duration.ofSeconds(seconds));
    }

    /**
     * Reads a command to which people attach.
     *
     * @param definition that of the jail
     * @param opener see {@link SessionStart}
     * @throws InvalidDefinition naming each field that is wrong
     */
    public SessionStart readSession(ExecId id, JailId jail, JailDefinition definition, String opener) {
        DraftReader reader = new DraftReader();
        Program program = program(reader, Usual.of(definition));
        if (input != null) {
            reader.add(new Violation("/input", WAITED_FOR));
        }
        if (timeout != null) {
            reader.add(new Violation("/timeout", WAITED_FOR));
        }
        boolean hasTerminal = Boolean.TRUE.equals(tty);
        if (!hasTerminal) {
            refuseSize(reader);
        }
        Optional<TerminalSize> size = reader.check(
                "/columns",
                () -> new TerminalSize(
                        columns == null ? TerminalSize.USUAL.columns() : columns,
                        rows == null ? TerminalSize.USUAL.rows() : rows));
        reader.refuseIfAny();
        Command command = program.command.orElseThrow();
        return new SessionStart(
                id,
                jail,
                hasTerminal ? withTerminal(command) : command,
                program.user.orElseThrow(),
                program.directory.orElseThrow(),
                hasTerminal ? size : Optional.empty(),
                opener);
    }

    /** Names the kind of terminal that viewers have, unless the caller names another. */
    private static Command withTerminal(Command command) {
        Map<String, String> all = new TreeMap<>(command.environment());
        all.putIfAbsent("TERM", "xterm-256color");
        return new Command(command.argv(), all);
    }

    private void refuseSize(DraftReader reader) {
        if (columns != null) {
            reader.add(new Violation("/columns", "is only for a command with a terminal"));
        }
        if (rows != null) {
            reader.add(new Violation("/rows", "is only for a command with a terminal"));
        }
    }

    /** The part that all commands have; a component is empty if it is wrong. */
    private record Program(
            Optional<Command> command, Optional<Optional<CommandUser>> user, Optional<WorkingDirectory> directory) {}

    /** What a command has that does not say otherwise. */
    private record Usual(Map<String, String> environment, Optional<CommandUser> user, WorkingDirectory directory) {

        static final Usual NONE = new Usual(Map.of(), Optional.empty(), WorkingDirectory.ROOT);

        static Usual of(JailDefinition definition) {
            return new Usual(
                    definition.command().environment(),
                    definition.execution().user(),
                    definition.execution().workingDirectory());
        }
    }

    private Program program(DraftReader reader, Usual usual) {
        return new Program(
                readCommand(reader, usual.environment),
                reader.readOr("/user", user, usual.user, text -> Optional.of(CommandUser.parse(text))),
                reader.readOr("/workingDirectory", workingDirectory, usual.directory, WorkingDirectory::new));
    }

    private Optional<Command> readCommand(DraftReader reader, Map<String, String> usual) {
        if (command == null || command.isEmpty()) {
            reader.add(new Violation("/command", "is required: a program and its arguments"));
        }
        Optional<List<String>> argv = command == null || command.isEmpty()
                ? Optional.empty()
                : reader.readEach("/command", command, Command::checkArgument);
        Optional<Map<String, String>> variables =
                reader.readValues("/environment", environment == null ? Map.of() : environment, Command::checkVariable);
        Optional<Command> bare = argv.flatMap(a -> reader.check("/command", () -> new Command(a, Map.of())));
        return bare.flatMap(b -> variables.flatMap(v -> reader.check("/environment", () -> {
            Map<String, String> all = new TreeMap<>(usual);
            all.putAll(v);
            return new Command(b.argv(), all);
        })));
    }
}
