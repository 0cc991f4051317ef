package dev.bailiwick.agent.reconcile;

import dev.bailiwick.agent.disk.DurableFile;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.validation.InvalidValue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The {@link LastEnds} as files of a few kilobytes, one for each jail, which this object reads once. A file that it cannot read counts
 * as none.
 */
public final class LastEndFiles implements LastEnds {

    private static final Logger log = LoggerFactory.getLogger(LastEndFiles.class);

    private final Path directory;
    private final Map<JailId, LastEnd> ends = new ConcurrentHashMap<>();

    /**
     * Reads the record.
     *
     * @param stateDirectory the directory of the agent's state
     * @throws IOException if the directory cannot be read
     */
    public LastEndFiles(Path stateDirectory) throws IOException {
        this.directory = stateDirectory.resolve("last-ends");
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                read(file);
            }
        }
    }

    private void read(Path file) throws IOException {
        try {
            JailId jail = JailId.parse(String.valueOf(file.getFileName()));
            LastEndText.parse(Files.readAllBytes(file)).ifPresent(end -> ends.put(jail, end));
        } catch (InvalidValue e) {
            if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                // A file that was not written completely.
                Files.delete(file);
            }
        } catch (IOException e) {
            log.atWarn().addKeyValue("file", file).log("how a jail ended cannot be read: {}", e.toString());
        }
    }

    @Override
    public Optional<LastEnd> find(JailId jail) {
        return Optional.ofNullable(ends.get(jail));
    }

    @Override
    public void put(JailId jail, LastEnd end) {
        try {
            Files.createDirectories(directory);
            DurableFile.write(file(jail), LastEndText.of(end));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        ends.put(jail, end);
    }

    @Override
    public void remove(JailId jail) {
        if (!ends.containsKey(jail)) {
            return;
        }
        try {
            Files.deleteIfExists(file(jail));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        ends.remove(jail);
    }

    @Override
    public void removeAllBut(Set<JailId> jails) {
        ends.keySet().stream().filter(jail -> !jails.contains(jail)).forEach(this::remove);
    }

    private Path file(JailId jail) {
        return directory.resolve(jail.toString());
    }
}
