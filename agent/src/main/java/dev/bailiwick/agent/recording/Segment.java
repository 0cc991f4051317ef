package dev.bailiwick.agent.recording;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A file with a part of a log, and beside it one with its times. Its name is the number of its first byte in the log. A number that no
 * segment has is a gap.
 *
 * @param directory that of the log
 * @param start the number of its first byte
 */
record Segment(Path directory, long start) {

    private static final Pattern NAME = Pattern.compile("[0-9]{19}\\.log");
    private static final Pattern TIMES_NAME = Pattern.compile("[0-9]{19}\\.times");
    private static final String DATA = ".log";
    private static final long BLOCK_BYTES = 4 << 10;
    private static final String TIMES = ".times";

    /** The endings of the files of a log before there were segments, the oldest first. */
    private static final List<String> FORMER = List.of(".log.2", ".log.1", ".log");

    /** Returns the segments of a log in their order; none if there is no log. */
    static List<Segment> of(Path directory) {
        File[] files = directory.toFile().listFiles();
        return files == null
                ? List.of()
                : Arrays.stream(files)
                        .map(File::getName)
                        .filter(name -> NAME.matcher(name).matches())
                        .map(name -> new Segment(
                                directory, Long.parseLong(name.substring(0, name.length() - DATA.length()))))
                        .sorted(Comparator.comparingLong(Segment::start))
                        .toList();
    }

    Path data() {
        return directory.resolve(name() + DATA);
    }

    Path times() {
        return directory.resolve(name() + TIMES);
    }

    private String name() {
        return String.format(Locale.ROOT, "%019d", start);
    }

    /** Returns the number of the byte after its last one. */
    long end() {
        return start + data().toFile().length();
    }

    /**
     * Returns the same as {@link #end}.
     *
     * @throws NoSuchFileException if it was deleted
     */
    long knownEnd() throws NoSuchFileException {
        long end = end();
        if (end == start && !Files.exists(data())) {
            throw new NoSuchFileException(data().toString());
        }
        return end;
    }

    /** Returns how much space its files take, in whole blocks. */
    long size() {
        return blocks(data()) + blocks(times());
    }

    private static long blocks(Path file) {
        return (file.toFile().length() + BLOCK_BYTES - 1) / BLOCK_BYTES * BLOCK_BYTES;
    }

    /** Deletes its files if there is no output in them. */
    void deleteIfEmpty() throws IOException {
        if (data().toFile().length() == 0) {
            delete();
        }
    }

    void delete() throws IOException {
        Files.deleteIfExists(data());
        Files.deleteIfExists(times());
    }

    /** Deletes what an agent has left that was killed before it had created or deleted both files of a segment. */
    static void deleteRemains(Path directory) throws IOException {
        Files.deleteIfExists(directory.resolve(LogTrim.UNFINISHED));
        File[] files = directory
                .toFile()
                .listFiles((_, name) -> TIMES_NAME.matcher(name).matches());
        for (File times : files == null ? new File[0] : files) {
            String start = times.getName().substring(0, times.getName().length() - TIMES.length());
            if (!Files.exists(directory.resolve(start + DATA))) {
                Files.deleteIfExists(times.toPath());
            }
        }
    }

    /** Makes segments of a log that an earlier version has written, whose files have the name of the directory and an ending. */
    static void adoptFormer(Path directory) throws IOException {
        List<Path> former = new ArrayList<>();
        for (String ending : FORMER) {
            Path file = directory.resolveSibling(directory.getFileName() + ending);
            if (Files.isRegularFile(file)) {
                former.add(file);
            }
        }
        long start = of(directory).stream().mapToLong(Segment::end).max().orElse(0);
        for (Path file : former) {
            Files.createDirectories(directory);
            long size = Files.size(file);
            Files.move(file, new Segment(directory, start).data(), StandardCopyOption.REPLACE_EXISTING);
            start += size;
        }
    }

    /** Deletes a log, also one that an earlier version has written. */
    static void deleteAll(Path directory) {
        try {
            for (String ending : FORMER) {
                Files.deleteIfExists(directory.resolveSibling(directory.getFileName() + ending));
            }
            File[] files = directory.toFile().listFiles();
            for (File file : files == null ? new File[0] : files) {
                Files.deleteIfExists(file.toPath());
            }
            Files.deleteIfExists(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
