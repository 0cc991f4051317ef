package dev.bailiwick.agent.figure;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.bailiwick.agent.disk.DurableFile;
import dev.bailiwick.agent.disk.TextFile;
import dev.bailiwick.agent.link.KeptFigures;
import dev.bailiwick.protocol.v1.JailFigures;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the figures of slots, a batch in each file, until the server has them. The files together have a maximum size: beyond it the
 * oldest are deleted. The counters lose nothing by that, because a later reading covers an earlier one. Thread-safe.
 */
final class FigureFiles implements KeptFigures {

    private static final Logger log = LoggerFactory.getLogger(FigureFiles.class);

    /** About three days of a thousand jails. */
    static final long MAX_BYTES = 64L << 20;

    private static final String SINCE = "since";
    private static final Pattern NAME = Pattern.compile("[0-9]{12}");

    private final Path directory;
    private final long maxBytes;
    private final Instant since;
    private final Clock clock;
    /** The size of each file, by its name; the oldest has the lowest number. Guarded by this, as all below. */
    private final NavigableMap<String, Long> files = new TreeMap<>();

    private long bytes;
    private long lastNumber;

    private FigureFiles(Path directory, long maxBytes, Instant since, Clock clock) {
        this.directory = directory;
        this.clock = clock;
        this.maxBytes = maxBytes;
        this.since = since;
    }

    /**
     * Finds the files that an earlier agent has left. If the disk is full or broken, there are none, and figures are lost until it is not.
     *
     * @param state the directory of the agent's state
     */
    static FigureFiles open(Path state, long maxBytes, Clock clock) {
        Path directory = state.resolve("figures");
        Instant since = clock.instant();
        try {
            Files.createDirectories(directory);
            since = since(directory.resolve(SINCE), since);
        } catch (IOException e) {
            log.atWarn().addKeyValue("cause", e.toString()).log("figures of jails cannot be stored in {}", directory);
        }
        FigureFiles opened = new FigureFiles(directory, maxBytes, since, clock);
        File[] left =
                directory.toFile().listFiles((_, name) -> NAME.matcher(name).matches());
        for (File file : left == null ? new File[0] : left) {
            opened.note(file.getName(), file.length());
        }
        return opened;
    }

    private static Instant since(Path file, Instant now) throws IOException {
        if (Files.exists(file)) {
            try {
                return Instant.parse(TextFile.read(file).strip());
            } catch (DateTimeException e) {
                log.warn("{} is damaged: jails that run now are counted from now on", file);
            }
        }
        DurableFile.write(file, now.toString().getBytes(StandardCharsets.US_ASCII));
        return now;
    }

    /** Returns the time from which this host collects figures. */
    Instant since() {
        return since;
    }

    /**
     * Adds a batch, and returns once they would survive a power failure.
     *
     * @throws IOException if they cannot be written; then they are lost
     */
    void add(List<JailFigures> figures) throws IOException {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        try (OutputStream packed = new GZIPOutputStream(content)) {
            for (JailFigures one : figures) {
                one.writeDelimitedTo(packed);
            }
        }
        String name = nextName();
        DurableFile.write(directory.resolve(name), content.toByteArray());
        synchronized (this) {
            note(name, content.size());
            while (bytes > maxBytes && files.size() > 1) {
                log.warn("the server takes no figures of jails: the oldest are deleted");
                delete(files.firstKey());
            }
        }
    }

    /** Returns a name that no file has had, unless the host's clock went back while no agent ran. */
    private synchronized String nextName() {
        lastNumber = Math.max(lastNumber + 1, clock.instant().getEpochSecond());
        return String.format("%012d", lastNumber);
    }

    private synchronized void note(String name, long size) {
        lastNumber = Math.max(lastNumber, Long.parseLong(name));
        files.put(name, size);
        bytes += size;
    }

    /** Leaves out files that cannot be read now, and deletes those whose content is damaged. */
    @Override
    public synchronized Optional<Batch> oldest() {
        for (String name : List.copyOf(files.keySet())) {
            try {
                return Optional.of(new Batch(name, read(directory.resolve(name))));
            } catch (ZipException | EOFException | InvalidProtocolBufferException e) {
                log.atWarn().addKeyValue("cause", e.toString()).log("damaged figures of jails are deleted: {}", name);
                delete(name);
            } catch (NoSuchFileException e) {
                log.warn("figures of jails were deleted by somebody else: {}", name);
                delete(name);
            } catch (IOException e) {
                log.atWarn().addKeyValue("cause", e.toString()).log("figures of jails cannot be read now: {}", name);
            }
        }
        return Optional.empty();
    }

    private static List<JailFigures> read(Path file) throws IOException {
        List<JailFigures> rows = new ArrayList<>();
        try (InputStream packed = new GZIPInputStream(Files.newInputStream(file))) {
            JailFigures row = JailFigures.parseDelimitedFrom(packed);
            while (row != null) {
                rows.add(row);
                row = JailFigures.parseDelimitedFrom(packed);
            }
        } catch (InvalidProtocolBufferException e) {
            // Errors of the disk come in this exception too.
            throw e.unwrapIOException();
        }
        return rows;
    }

    @Override
    public synchronized boolean hasLater(String name) {
        return files.higherKey(name) != null;
    }

    @Override
    public synchronized void delete(String name) {
        Long size = files.remove(name);
        if (size == null) {
            return;
        }
        bytes -= size;
        try {
            Files.deleteIfExists(directory.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
