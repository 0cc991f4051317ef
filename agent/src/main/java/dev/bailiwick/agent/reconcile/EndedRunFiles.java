package dev.bailiwick.agent.reconcile;

import dev.bailiwick.agent.disk.DurableFile;
import dev.bailiwick.agent.disk.TextFile;
import dev.bailiwick.agent.kernel.JailEnd.Ending;
import dev.bailiwick.agent.reconcile.plan.EndedRun;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.validation.InvalidValue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The {@link EndedRuns} as files, one for each jail, which this object reads once. A file that it cannot read counts as none. */
public final class EndedRunFiles implements EndedRuns {

    private static final Logger log = LoggerFactory.getLogger(EndedRunFiles.class);

    private static final String FORMAT = "1";
    private static final int WORDS = 7;
    private static final String UNSEEN = "unseen";

    private final Path directory;
    private final Map<JailId, EndedRun> runs = new ConcurrentHashMap<>();

    /**
     * Reads the record.
     *
     * @param stateDirectory the directory of the agent's state
     * @throws IOException if the directory cannot be read
     */
    public EndedRunFiles(Path stateDirectory) throws IOException {
        this.directory = stateDirectory.resolve("ended-runs");
        if (!Files.exists(directory)) {
            return;
        }
        List<Path> files;
        try (Stream<Path> all = Files.list(directory)) {
            files = all.toList();
        }
        for (Path file : files) {
            Optional<JailId> jail = jail(file);
            if (jail.isPresent()) {
                read(file).ifPresent(run -> runs.put(jail.get(), run));
            }
        }
    }

    private static Optional<EndedRun> read(Path file) {
        try {
            return parse(TextFile.read(file).strip());
        } catch (IOException e) {
            log.atWarn().addKeyValue("file", file).log("the last run of a jail cannot be read: {}", e.toString());
            return Optional.empty();
        }
    }

    @Override
    public Optional<EndedRun> find(JailId jail) {
        return Optional.ofNullable(runs.get(jail));
    }

    @Override
    public void put(JailId jail, EndedRun run) {
        try {
            Files.createDirectories(directory);
            DurableFile.write(file(jail), (text(run) + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        runs.put(jail, run);
    }

    @Override
    public void remove(JailId jail) {
        try {
            Files.deleteIfExists(file(jail));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        runs.remove(jail);
    }

    private Path file(JailId jail) {
        return directory.resolve(jail.toString());
    }

    /** Returns the jail of a file; empty for a file that was not written completely. */
    private static Optional<JailId> jail(Path file) {
        try {
            return Optional.of(JailId.parse(String.valueOf(file.getFileName())));
        } catch (InvalidValue e) {
            return Optional.empty();
        }
    }

    static String text(EndedRun run) {
        String ending = run.ending()
                .map(how -> switch (how) {
                    case Ending.Exited(int status) -> "exited:" + status;
                    case Ending.Killed(int signal) -> "killed:" + signal;
                    case Ending.Rebooted() -> "rebooted";
                    case Ending.Halted() -> "halted";
                })
                .orElse(UNSEEN);
        return String.join(
                " ",
                FORMAT,
                Long.toString(run.generation()),
                run.fingerprint(),
                ending,
                Long.toString(run.ranFor().toMillis()),
                Long.toString(run.at().toEpochMilli()),
                Integer.toString(run.inARow()));
    }

    /** Returns empty for a text that this version has not written. */
    static Optional<EndedRun> parse(String text) {
        String[] words = text.split(" ", -1);
        if (words.length != WORDS || !words[0].equals(FORMAT)) {
            return Optional.empty();
        }
        try {
            return Optional.of(new EndedRun(
                    Long.parseLong(words[1]),
                    words[2],
                    ending(words[3]),
                    Duration.ofMillis(Long.parseLong(words[4])),
                    Instant.ofEpochMilli(Long.parseLong(words[5])),
                    Integer.parseInt(words[6])));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static Optional<Ending> ending(String word) {
        String[] parts = word.split(":", 2);
        return switch (parts[0]) {
            case "exited" -> Optional.of(new Ending.Exited(number(parts)));
            case "killed" -> Optional.of(new Ending.Killed(number(parts)));
            case "rebooted" -> Optional.of(new Ending.Rebooted());
            case "halted" -> Optional.of(new Ending.Halted());
            default -> Optional.empty();
        };
    }

    private static int number(String[] parts) {
        return parts.length == 2 ? Integer.parseInt(parts[1]) : -1;
    }
}
