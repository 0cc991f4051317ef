package dev.bailiwick.jail.draft;

import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.process.Command;
import dev.bailiwick.jail.process.CommandUser;
import dev.bailiwick.jail.process.WorkingDirectory;
import dev.bailiwick.jail.question.CommandRun;
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
 * @param timeout in seconds, 1 to {@link #MAX_SECONDS}
 */
public record CommandDraft(
        @Nullable List<@Nullable String> command,
        @Nullable Map<String, @Nullable String> environment,
        @Nullable String user,
        @Nullable String workingDirectory,
        @Nullable String input,
        @Nullable Integer timeout) {

    public static final int DEFAULT_SECONDS = 10;
    public static final int MAX_SECONDS = (int) CommandRun.MAX_LIMIT.toSeconds();

    /**
     * @param definition that of the jail
     * @throws InvalidDefinition naming each field that is wrong
     */
    public CommandRun read(JailId jail, JailDefinition definition) {
        DraftReader reader = new DraftReader();
        Optional<Command> readCommand = readCommand(reader, definition.command().environment());
        Optional<Optional<CommandUser>> readUser = reader.readOr(
                "/user", user, definition.execution().user(), text -> Optional.of(CommandUser.parse(text)));
        Optional<WorkingDirectory> readDirectory = reader.readOr(
                "/workingDirectory",
                workingDirectory,
                definition.execution().workingDirectory(),
                WorkingDirectory::new);
        String readInput = input == null ? "" : input;
        if (readInput.getBytes(StandardCharsets.UTF_8).length > CommandRun.MAX_INPUT_BYTES) {
            reader.add(new Violation("/input", "has more than " + CommandRun.MAX_INPUT_BYTES + " bytes of UTF-8"));
        }
        int seconds = timeout == null ? DEFAULT_SECONDS : timeout;
        if (seconds < 1 || seconds > MAX_SECONDS) {
            reader.add(new Violation("/timeout", "must be 1 to " + MAX_SECONDS + " seconds"));
        }
        reader.refuseIfAny();
        return new CommandRun(
                jail,
                readCommand.orElseThrow(),
                readUser.orElseThrow(),
                readDirectory.orElseThrow(),
                readInput,
                Duration.ofSeconds(seconds));
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
