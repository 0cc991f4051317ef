package dev.bailiwick.agent.figure;

import dev.bailiwick.agent.figure.SampleFrames.Replay;
import dev.bailiwick.agent.kernel.JailMetrics;
import dev.bailiwick.agent.kernel.JailMetrics.Run;
import dev.bailiwick.jail.JailId;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the samples of jails of the last day on disk, a file for each slot, so that an agent finds those of the slots whose figures the
 * previous one could not store. The files together have a maximum size: beyond it the oldest are deleted. Samples are written without
 * waiting for the disk: what a power failure takes is not read. Not thread-safe.
 */
final class SampleRing implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(SampleRing.class);

    /** About a day of a thousand jails. */
    static final long MAX_BYTES = 256L << 20;

    private static final Duration KEPT = Duration.ofDays(1);

    /** Limits what is read into memory. */
    private static final int MAX_FILE_BYTES = 8 << 20;

    private static final String STORED = ".stored";
    private static final Pattern NAME = Pattern.compile("([0-9]{12})(\\.stored)?");

    private final Path directory;
    private final long maxBytes;
    /** The files, by the seconds of their slots. */
    private final TreeMap<Long, Kept> files = new TreeMap<>();

    private SampleFrames frames = new SampleFrames();
    private long current = Long.MIN_VALUE;
    /** Null if nothing can be written in the current slot. */
    private @Nullable FileChannel channel;

    /** @param name of the file; it ends with {@code .stored} if the figures of the slot are stored */
    private record Kept(String name, long bytes) {

        private boolean isStored() {
            return name.endsWith(STORED);
        }
    }

    private SampleRing(Path directory, long maxBytes) {
        this.directory = directory;
        this.maxBytes = maxBytes;
    }

    /**
     * Finds the files that an earlier agent has left. If the disk is full or broken, no samples are kept until it is not.
     *
     * @param state the directory of the agent's state
     */
    static SampleRing open(Path state, long maxBytes) {
        SampleRing ring = new SampleRing(state.resolve("samples"), maxBytes);
        File[] left = ring.directory
                .toFile()
                .listFiles((_, name) -> NAME.matcher(name).matches());
        for (File file : left == null ? new File[0] : left) {
            long slot = Long.parseLong(file.getName().substring(0, 12));
            ring.files.put(slot, new Kept(file.getName(), file.length()));
        }
        return ring;
    }

    /** Returns all slots, in their order. */
    List<Instant> slots() {
        return files.keySet().stream().map(Instant::ofEpochSecond).toList();
    }

    /** Returns the slots whose figures are not stored, in their order. */
    List<Instant> left() {
        return files.entrySet().stream()
                .filter(file -> !file.getValue().isStored())
                .map(file -> Instant.ofEpochSecond(file.getKey()))
                .toList();
    }

    /** Reads the samples of a slot; none if they cannot be read. */
    void read(Instant slot, Replay to) {
        Kept file = files.get(slot.getEpochSecond());
        if (file != null) {
            try {
                new SampleFrames().read(content(file), to);
            } catch (IOException e) {
                log.atWarn().addKeyValue("cause", e.toString()).log("samples of jails cannot be read: {}", file.name);
            }
        }
    }

    private byte[] content(Kept file) throws IOException {
        if (file.bytes > MAX_FILE_BYTES + (1 << 20)) {
            return new byte[0];
        }
        try {
            return Files.readAllBytes(directory.resolve(file.name));
        } catch (NoSuchFileException e) {
            // Another program reads while the agent notes that the figures are stored.
            return Files.readAllBytes(directory.resolve(file.name + STORED));
        }
    }

    /** Begins a slot, or continues it: then {@code to} gets the samples that it has already. Deletes files that are too old or too many. */
    void begin(Instant slot, Replay to) {
        close();
        current = slot.getEpochSecond();
        frames = new SampleFrames();
        try {
            Files.createDirectories(directory);
            deleteOld();
            channel = opened(to);
        } catch (IOException e) {
            warn(e);
        }
    }

    private FileChannel opened(Replay to) throws IOException {
        String name = "%012d".formatted(current);
        Kept before = files.get(current);
        if (before != null && before.isStored()) {
            Files.move(directory.resolve(before.name), directory.resolve(name), StandardCopyOption.ATOMIC_MOVE);
            before = new Kept(name, before.bytes);
        }
        int whole = before == null ? 0 : frames.read(content(before), to);
        FileChannel open = FileChannel.open(
                directory.resolve(name),
                Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        open.truncate(whole).position(whole);
        files.put(current, new Kept(name, whole));
        if (whole == 0) {
            write(open, SampleFrames.head());
        }
        return open;
    }

    private void deleteOld() throws IOException {
        long oldest = current - KEPT.toSeconds();
        long bytes = files.values().stream().mapToLong(Kept::bytes).sum();
        while (!files.isEmpty() && (files.firstKey() < oldest || bytes > maxBytes)) {
            Kept deleted = files.firstEntry().getValue();
            Files.deleteIfExists(directory.resolve(deleted.name));
            files.pollFirstEntry();
            bytes -= deleted.bytes;
        }
    }

    /** Returns a kernel whose samples of jails are kept here, too. */
    JailMetrics recording(JailMetrics kernel) {
        return new JailMetrics() {
            @Override
            public void sample(Reader reader) {
                kernel.sample((jail, run, values) -> {
                    add(jail, run, values);
                    reader.read(jail, run, values);
                });
            }

            @Override
            public void sampleHost(long[] values) {
                kernel.sampleHost(values);
            }
        };
    }

    private void add(JailId jail, Run run, long[] values) {
        if (channel != null) {
            frames.add(jail, run, values);
        }
    }

    /** Ends a sample of all jails, and writes it. */
    void end(Instant at) {
        FileChannel open = channel;
        if (open == null) {
            return;
        }
        try {
            write(open, frames.end(at));
            long bytes = open.position();
            files.computeIfPresent(current, (_, file) -> new Kept(file.name, bytes));
            if (bytes > MAX_FILE_BYTES) {
                throw new IOException("there are more than " + MAX_FILE_BYTES + " bytes for one slot");
            }
        } catch (IOException e) {
            // Later samples differ from one that is not there.
            close();
            warn(e);
        }
    }

    private static void write(FileChannel to, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            to.write(bytes);
        }
    }

    private static void warn(IOException cause) {
        log.atWarn()
                .addKeyValue("cause", cause.toString())
                .log("samples of jails cannot be kept until the next five minutes begin");
    }

    /** Notes that the figures of a slot are stored, so that the next agent does not store them again. */
    void stored(Instant slot) {
        Kept file = files.get(slot.getEpochSecond());
        if (file == null || file.isStored()) {
            return;
        }
        try {
            Kept stored = new Kept(file.name + STORED, file.bytes);
            Files.move(directory.resolve(file.name), directory.resolve(stored.name), StandardCopyOption.ATOMIC_MOVE);
            files.put(slot.getEpochSecond(), stored);
        } catch (IOException e) {
            warn(e);
        }
    }

    /** Ends the current slot; nothing is kept until the next one begins. */
    @Override
    public void close() {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            warn(e);
        }
        channel = null;
    }
}
