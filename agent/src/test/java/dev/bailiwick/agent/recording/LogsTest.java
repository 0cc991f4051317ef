package dev.bailiwick.agent.recording;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.recording.Recording.Begin;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.question.HostAnswer.LogPart;
import dev.bailiwick.jail.question.LogEntry;
import dev.bailiwick.jail.question.LogEntry.Source;
import dev.bailiwick.jail.question.LogRead;
import java.io.ByteArrayOutputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogsTest {

    private static final JailId JAIL = JailId.parse("01890000-0000-7000-8000-000000000001");
    private static final Instant START = Instant.parse("2026-11-30T12:00:00Z");
    private static final int SIZE = 1 << 20;

    @TempDir
    private Path directory;

    private volatile Instant now = START;
    private Logs logs;

    @BeforeEach
    void create() {
        logs = new Logs(directory, SIZE, ((InstantSource) () -> now).withZone(ZoneOffset.UTC));
    }

    @Test
    void givesBackEachByteWithItsTimeAndItsSource() throws Exception {
        byte[] binary = new byte[256];
        for (int i = 0; i < binary.length; i++) {
            binary[i] = (byte) i;
        }
        try (Recording recording = logs.open(JAIL, Begin.WITH_A_RUN)) {
            recording.write(Source.OUTPUT, ByteBuffer.wrap(binary));
            now = START.plusSeconds(1);
            recording.write(Source.OUTPUT, text("\u001b[31mred\n"));
            recording.write(Source.CONSOLE, text("booting\n"));
        }

        LogPart part = logs.read(all());

        assertThat(part.entries()).extracting(LogEntry::offset).containsExactly(0L, 256L, 265L);
        assertThat(part.entries()).extracting(LogEntry::at).containsExactly(START, now, now);
        assertThat(((LogEntry.Output) part.entries().getFirst()).content()).isEqualTo(binary);
        assertThat(((LogEntry.Output) part.entries().getLast()).source()).isEqualTo(Source.CONSOLE);
        assertThat(part.next()).isEqualTo(273);
        assertThat(part.atEnd()).isTrue();
    }

    @Test
    void keepsTheNumbersOfBytesWhenItDeletesTheOldest() throws Exception {
        try (Recording recording = logs.open(JAIL, Begin.WITH_A_RUN)) {
            for (int i = 0; i < 300_000; i++) {
                recording.write(Source.OUTPUT, text(String.format("%09d\n", i)));
            }
        }

        assertThat(sizeOnDisk()).isLessThanOrEqualTo(SIZE);
        LogPart first = logs.read(from(0));
        assertThat(first.entries().getFirst()).isInstanceOfSatisfying(LogEntry.Gap.class, gap -> {
            assertThat(gap.lost()).isEqualTo(gap.offset()).isPositive();
        });
        List<LogEntry> entries = entries(from(0));
        assertThat(entries.stream().filter(LogEntry.Gap.class::isInstance)).hasSize(1);
        long begin = entries.getFirst().offset();
        assertThat(begin % 10).isZero();
        assertThat(content(entries))
                .startsWith(String.format("%09d\n", begin / 10))
                .endsWith("000299999\n");
        assertThat(content(entries).length()).isEqualTo(3_000_000 - begin);
        assertThat(content(entries(from(2_999_985)))).isEqualTo("9998\n000299999\n");
    }

    @Test
    void continuesAfterAnotherAgentAndSaysSo() throws Exception {
        write("before\n");
        now = START.plusSeconds(60);
        try (Recording recording = logs.open(JAIL, Begin.WITHIN_A_RUN)) {
            recording.write(Source.OUTPUT, text("waited\n"));
            assertThat(recording.tail(100)).isEqualTo("waited\n".getBytes(UTF_8));
        }

        List<LogEntry> entries = entries(all());

        assertThat(content(entries)).isEqualTo("before\nwaited\n");
        assertThat(entries.get(1)).isEqualTo(new LogEntry.Gap(7, now, 0));
    }

    @Test
    void statesWhatItCouldNotWrite() throws Exception {
        try (Recording recording = logs.open(JAIL, Begin.WITH_A_RUN)) {
            recording.write(Source.OUTPUT, text("early\n"));
        }
        Path log = directory.resolve(JAIL.toString());
        long lost = 0;
        try (Recording recording = logs.open(JAIL, Begin.WITH_A_RUN)) {
            Path aside = Files.move(log, directory.resolve("aside"));
            Files.createFile(log);
            long secondAttempt = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(1_100);
            while (System.nanoTime() < secondAttempt) {
                recording.write(Source.OUTPUT, text("lost\n"));
                lost += 5;
            }
            Files.delete(log);
            Files.move(aside, log);
            lost += writeUntilItIsKept(recording);
        }

        List<LogEntry> entries = entries(all());
        LogEntry.Gap gap = (LogEntry.Gap) entries.get(1);
        assertThat(gap.lost()).isEqualTo(lost);
        assertThat(gap.offset()).isEqualTo(6 + lost);
        assertThat(content(entries)).isEqualTo("early\nlater\n");
    }

    @Test
    void leavesNothingOfASegmentThatCannotBeCreated() throws Exception {
        String first = "x".repeat(SIZE / 8 - 1_000);
        try (Recording recording = logs.open(JAIL, Begin.WITH_A_RUN)) {
            recording.write(Source.OUTPUT, text(first));
            Path log = directory.resolve(JAIL.toString());
            Path inTheWay = log.resolve(String.format("%019d.times", first.length()));
            Files.createDirectory(inTheWay);
            recording.write(Source.OUTPUT, text("y".repeat(2_000)));
            assertThat(files(".log")).hasSize(1);
            long lost = 2_000 + writeUntilItIsKept(recording);
            assertThat(entries(all()).stream().filter(LogEntry.Gap.class::isInstance))
                    .singleElement()
                    .isEqualTo(new LogEntry.Gap(first.length() + lost, START, lost));
        }
    }

    @Test
    void keepsNotTooManySegmentsAfterADiskWasFullOften() throws Exception {
        Path log = Files.createDirectories(directory.resolve(JAIL.toString()));
        for (int i = 0; i < 100; i++) {
            Files.writeString(log.resolve(String.format("%019d.log", 10 * i)), "x");
        }
        try (Recording recording = logs.open(JAIL, Begin.WITH_A_RUN)) {
            recording.write(Source.OUTPUT, text("y".repeat(SIZE / 8 - 100)));
            recording.write(Source.OUTPUT, text("z".repeat(200)));
        }
        assertThat(files(".log")).hasSize(64);
        assertThat(content(entries(all()))).endsWith("z");
    }

    @Test
    void findsLinesAcrossBlocksSegmentsAndGaps() throws Exception {
        Random random = new Random(Long.getLong("bailiwick.seed", 1));
        List<String> lines = new ArrayList<>();
        try (Recording recording = logs.open(JAIL, Begin.WITH_A_RUN)) {
            StringBuilder pending = new StringBuilder();
            for (int i = 0; i < 20_000; i++) {
                String line =
                        i + " " + (random.nextInt(100) == 0 ? "needle" : "hay") + "x".repeat(random.nextInt(60)) + "\n";
                lines.add(line);
                pending.append(line);
                int cut = random.nextInt(pending.length() + 1);
                recording.write(Source.OUTPUT, text(pending.substring(0, cut)));
                pending.delete(0, cut);
            }
            recording.write(Source.OUTPUT, text(pending + "a last needle"));
        }

        List<LogEntry> found = entries(search("needle"));

        assertThat(content(found))
                .isEqualTo(String.join(
                                "",
                                lines.stream()
                                        .filter(line -> line.contains("needle"))
                                        .toList())
                        + "a last needle");
        for (LogEntry entry : found) {
            byte[] line = ((LogEntry.Output) entry).content();
            assertThat(content(entries(from(entry.offset())))).startsWith(new String(line, ISO_8859_1));
        }
        assertThat(entries(search("no such text"))).isEmpty();
    }

    @Test
    void countsLinesFromTheEnd() throws Exception {
        write("one\ntwo\nthree\n");
        assertThat(content(entries(tail(2)))).isEqualTo("two\nthree\n");
        assertThat(content(entries(tail(3)))).isEqualTo("one\ntwo\nthree\n");
        assertThat(content(entries(tail(9)))).isEqualTo("one\ntwo\nthree\n");
        assertThat(content(entries(tail(0)))).isEmpty();
        write("unfinished");
        assertThat(content(entries(tail(1)))).isEqualTo("unfinished");
        assertThat(content(entries(tail(2)))).isEqualTo("three\nunfinished");
    }

    @Test
    void readsATimeRange() throws Exception {
        try (Recording recording = logs.open(JAIL, Begin.WITH_A_RUN)) {
            for (int i = 0; i < 10; i++) {
                now = START.plusSeconds(i);
                recording.write(Source.OUTPUT, text(i + "\n"));
            }
        }
        LogRead range = new LogRead(
                JAIL,
                OptionalLong.empty(),
                OptionalInt.empty(),
                Optional.of(START.plusSeconds(3)),
                Optional.of(START.plusSeconds(6)),
                Optional.empty(),
                Duration.ZERO);
        assertThat(content(entries(range))).isEqualTo("3\n4\n5\n");
    }

    @Test
    void survivesWhatALossOfPowerLeaves() throws Exception {
        write("kept\n");
        now = START.plusSeconds(1);
        write("torn\n");
        Path times = files(".times").getFirst();
        try (RandomAccessFile file = new RandomAccessFile(times.toFile(), "rw")) {
            file.setLength(file.length() - 5);
        }
        Files.write(times, new byte[40], StandardOpenOption.APPEND);
        try (RandomAccessFile file =
                new RandomAccessFile(files(".log").getFirst().toFile(), "rw")) {
            file.setLength(7);
        }
        now = START.plusSeconds(2);
        write("again\n");

        List<LogEntry> entries = entries(all());

        assertThat(content(entries)).isEqualTo("kept\ntoagain\n");
        assertThat(entries.getFirst().at()).isEqualTo(START);
        assertThat(entries.getLast().at()).isEqualTo(now);
        // Without any times, it has that of its file.
        Files.delete(times);
        assertThat(content(entries(all()))).isEqualTo("kept\ntoagain\n");
    }

    @Test
    void waitsForOutput() throws Exception {
        write("old\n");
        CompletableFuture<LogPart> part = CompletableFuture.supplyAsync(() -> {
            try {
                return logs.read(from(4).waiting(Duration.ofSeconds(20)));
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        write("new\n");
        assertThat(content(part.get(60, TimeUnit.SECONDS).entries())).isEqualTo("new\n");
        assertThat(logs.read(from(8).waiting(Duration.ofMillis(1))).entries()).isEmpty();
        LogRead unfinished = new LogRead(
                JAIL,
                OptionalLong.of(8),
                OptionalInt.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.of("end"),
                Duration.ofMillis(1));
        write("no end");
        assertThat(logs.read(unfinished).next()).as("the line may continue").isEqualTo(8);
        write(" yet\n");
        assertThat(content(logs.read(unfinished).entries())).isEqualTo("no end yet\n");
    }

    @Test
    void adoptsAndDeletesTheLogOfAnEarlierVersion() throws Exception {
        Files.writeString(directory.resolve(JAIL + ".log.1"), "older\n");
        Files.writeString(directory.resolve(JAIL + ".log"), "old\n");
        write("new\n");
        assertThat(content(entries(all()))).isEqualTo("older\nold\nnew\n");
        Files.writeString(directory.resolve(JAIL + ".log.2"), "left over\n");
        logs.delete(JAIL);
        assertThat(directory).isEmptyDirectory();
        assertThat(logs.read(from(7))).isEqualTo(new LogPart(List.of(), 0, true));
    }

    @Test
    void readsNoFileOfAnotherName() throws Exception {
        write("mine\n");
        Path log = directory.resolve(JAIL.toString());
        Files.writeString(log.resolve("x.log"), "not mine");
        Files.writeString(log.resolve("-000000000000000001.log"), "not mine");
        assertThat(content(entries(all()))).isEqualTo("mine\n");
    }

    /** Writes the same line until it can be read, and returns how many bytes were lost before. */
    private long writeUntilItIsKept(Recording recording) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        long attempted = 0;
        while (!content(entries(from(0))).endsWith("later\n")) {
            assertThat(System.nanoTime()).as("it tries again").isLessThan(deadline);
            recording.write(Source.OUTPUT, text("later\n"));
            attempted += 6;
        }
        return attempted - 6;
    }

    private void write(String text) {
        try (Recording recording = logs.open(JAIL, Begin.WITH_A_RUN)) {
            recording.write(Source.OUTPUT, text(text));
        }
    }

    private List<Path> files(String ending) throws Exception {
        try (Stream<Path> files = Files.list(directory.resolve(JAIL.toString()))) {
            return files.filter(file -> file.toString().endsWith(ending)).toList();
        }
    }

    private long sizeOnDisk() throws Exception {
        return files("").stream().mapToLong(file -> file.toFile().length()).sum();
    }

    /** Reads all answers. */
    private List<LogEntry> entries(LogRead read) throws InterruptedException {
        List<LogEntry> entries = new ArrayList<>();
        LogPart part = logs.read(read);
        entries.addAll(part.entries());
        while (!part.atEnd()) {
            part = logs.read(read.after(part.next()));
            entries.addAll(part.entries());
        }
        return entries;
    }

    private static String content(List<LogEntry> entries) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (LogEntry entry : entries) {
            if (entry instanceof LogEntry.Output output) {
                content.writeBytes(output.content());
            }
        }
        return content.toString(ISO_8859_1);
    }

    private static ByteBuffer text(String text) {
        return ByteBuffer.wrap(text.getBytes(ISO_8859_1));
    }

    private static LogRead all() {
        return read(OptionalLong.empty(), OptionalInt.empty(), Optional.empty());
    }

    private static LogRead from(long offset) {
        return read(OptionalLong.of(offset), OptionalInt.empty(), Optional.empty());
    }

    private static LogRead tail(int lines) {
        return read(OptionalLong.empty(), OptionalInt.of(lines), Optional.empty());
    }

    private static LogRead search(String text) {
        return read(OptionalLong.empty(), OptionalInt.empty(), Optional.of(text));
    }

    private static LogRead read(OptionalLong from, OptionalInt tail, Optional<String> containing) {
        return new LogRead(JAIL, from, tail, Optional.empty(), Optional.empty(), containing, Duration.ZERO);
    }
}
