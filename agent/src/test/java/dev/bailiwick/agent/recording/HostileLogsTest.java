package dev.bailiwick.agent.recording;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.kernel.linux.NeedsRoot;
import dev.bailiwick.agent.recording.Recording.Begin;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.question.HostAnswer.LogPart;
import dev.bailiwick.jail.question.LogEntry;
import dev.bailiwick.jail.question.LogEntry.Source;
import dev.bailiwick.jail.question.LogRead;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Logs of jails that write what nobody expects, on hosts on which everything goes wrong. */
class HostileLogsTest {

    private static final JailId JAIL = JailId.parse("01890000-0000-7000-8000-000000000001");
    private static final Instant START = Instant.parse("2026-11-30T12:00:00Z");
    private static final long MIB = 1 << 20;
    private static final int LINE = 16;
    private static final LogRead LAST = new LogRead(
            JAIL,
            OptionalLong.empty(),
            OptionalInt.of(1),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Duration.ZERO);

    @TempDir
    private Path directory;

    private volatile Instant now = START;
    private Logs logs;

    @BeforeEach
    void create() {
        Clock clock = ((InstantSource) () -> now).withZone(ZoneOffset.UTC);
        logs = new Logs(directory, 32 * MIB, clock);
    }

    @Test
    void findsTimesAlsoIfTheClockWasSetBack() throws Exception {
        // Each in a segment of its own.
        logs.limit(JAIL, MIB);
        String filler = "x".repeat((int) MIB / 8 - 1_000) + "\n";
        try (Recording recording = logs.open(JAIL, Begin.WITH_A_RUN)) {
            for (int minutes : new int[] {0, 50, 10, 20}) {
                now = START.plusSeconds(60L * minutes);
                recording.write(Source.OUTPUT, text(minutes + filler));
            }
        }
        assertThat(minutes(between(30, 1_000))).containsExactly(50, 10, 20);
        assertThat(minutes(between(15, 1_000))).containsExactly(50, 10, 20);
        assertThat(minutes(between(55, 1_000))).isEmpty();
        assertThat(minutes(between(0, 15))).containsExactly(0, 50, 10);
        assertThat(minutes(between(0, 30))).containsExactly(0, 50, 10, 20);
        assertThat(minutes(between(-10, 0))).isEmpty();
    }

    @Test
    void sendsNothingBeforeATimeThatIsStillToCome() throws Exception {
        write("early\n");
        LogRead read = new LogRead(
                JAIL,
                OptionalLong.empty(),
                OptionalInt.empty(),
                Optional.of(START.plusSeconds(60)),
                Optional.empty(),
                Optional.empty(),
                Duration.ofMillis(100));
        LogPart part = logs.read(read);
        assertThat(part.entries()).isEmpty();
        write("too early\n");
        LogRead rest = read.after(part);
        part = logs.read(rest);
        assertThat(part.entries()).isEmpty();
        CompletableFuture<LogPart> waiting = CompletableFuture.supplyAsync(() -> {
            try {
                return logs.read(rest.waiting(Duration.ofSeconds(20)));
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        write("still too early\n");
        now = START.plusSeconds(60);
        write("in time\n");
        assertThat(content(waiting.get(60, TimeUnit.SECONDS).entries())).isEqualTo("in time\n");
        assertThat(rest.after(logs.read(from(0))).since()).isEmpty();
    }

    @Test
    void hasALineOfTenMebibytesWholeAndFindsWhatIsInIt() throws Exception {
        byte[] line = new byte[10 << 20];
        for (int i = 0; i < line.length; i++) {
            line[i] = (byte) (i % 251 == '\n' ? 0 : i % 251);
        }
        byte[] needle = "needle".getBytes(ISO_8859_1);
        System.arraycopy(needle, 0, line, 7_000_000, needle.length);
        try (Recording recording = logs.open(JAIL, Begin.WITH_A_RUN)) {
            for (int i = 0; i < line.length; i += 1 << 16) {
                recording.write(Source.OUTPUT, ByteBuffer.wrap(line, i, 1 << 16));
            }
        }
        assertThat(content(entries(from(0))).getBytes(ISO_8859_1)).isEqualTo(line);
        assertThat(entries(search("needle"))).singleElement().satisfies(found -> {
            byte[] piece = ((LogEntry.Output) found).content();
            assertThat(piece).hasSizeLessThanOrEqualTo(LogRead.MAX_LINE_BYTES);
            assertThat(new String(piece, ISO_8859_1)).contains("needle");
        });
        LogRead tail = new LogRead(
                JAIL,
                OptionalLong.of(Long.MAX_VALUE),
                OptionalInt.of(LogRead.MAX_TAIL),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Duration.ZERO);
        assertThat(content(entries(tail)).length()).isEqualTo(line.length);
    }

    @Test
    void searchesForTheTextItselfAndNotForAPattern() throws Exception {
        write("a".repeat(60_000) + "!\n(a+)+$ is no pattern\n" + "\u001b[31m\0\u00ff(a+)+$\n");
        assertThat(content(entries(search("(a+)+$")))).isEqualTo("(a+)+$ is no pattern\n\u001b[31m\0\u00ff(a+)+$\n");
        assertThat(entries(search("a".repeat(LogRead.MAX_TEXT - 1) + "b"))).isEmpty();
    }

    @Test
    void losesNothingForAFollowerWhileTheLogIsRotatedAndTrimmed() throws Exception {
        logs.limit(JAIL, MIB);
        AtomicBoolean isOver = new AtomicBoolean();
        long total = 24 * MIB;
        CompletableFuture<Long> follower = CompletableFuture.supplyAsync(() -> follow(total));
        CompletableFuture<Void> searcher = CompletableFuture.runAsync(() -> {
            while (!isOver.get()) {
                for (LogEntry entry : search()) {
                    isAsWritten(entry);
                }
            }
        });
        try (Recording recording = logs.open(JAIL, Begin.WITH_A_RUN)) {
            for (long written = 0; written < total; written += 1 << 16) {
                StringBuilder block = new StringBuilder();
                for (int i = 0; i < 1 << 16; i += LINE) {
                    block.append(line(written + i));
                }
                recording.write(Source.OUTPUT, text(block.toString()));
                if (written % (4 * MIB) == 0) {
                    logs.limit(JAIL, written % (8 * MIB) == 0 ? 8 * MIB : MIB);
                    logs.trim(JAIL);
                }
            }
        }
        assertThat(follower.get(60, TimeUnit.SECONDS)).isEqualTo(total);
        isOver.set(true);
        searcher.get(60, TimeUnit.SECONDS);
    }

    /** Reads until the end, and returns how many bytes there were or are said to be missing. */
    private long follow(long total) {
        long next = 0;
        try {
            LogRead read = from(0).waiting(Duration.ofSeconds(1));
            while (next < total) {
                LogPart part = logs.read(read.after(next));
                for (LogEntry entry : part.entries()) {
                    switch (entry) {
                        case LogEntry.Gap gap -> next += gap.lost();
                        case LogEntry.Output output -> {
                            assertThat(output.offset()).isEqualTo(next);
                            isAsWritten(output);
                            next += output.content().length;
                        }
                    }
                }
                assertThat(part.next()).isEqualTo(next);
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return next;
    }

    private List<LogEntry> search() {
        try {
            return logs.read(search("7")).entries();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void isAsWritten(LogEntry entry) {
        if (entry instanceof LogEntry.Output output) {
            String content = new String(output.content(), ISO_8859_1);
            StringBuilder expected = new StringBuilder();
            long begin = output.offset() / LINE * LINE;
            for (long at = begin; at < output.offset() + content.length(); at += LINE) {
                expected.append(line(at));
            }
            int skipped = (int) (output.offset() - begin);
            assertThat(content).isEqualTo(expected.substring(skipped, skipped + content.length()));
        }
    }

    @Test
    void goesOnAfterAnAgentThatWasKilledWhileItBeganASegment() throws Exception {
        write("before\n");
        Path log = directory.resolve(JAIL.toString());
        // What it had created of the next one, and what it had left of one that it deleted or shortened.
        Files.createFile(log.resolve(String.format("%019d.log", 7)));
        Files.write(log.resolve(String.format("%019d.times", 3)), new byte[24]);
        Files.write(log.resolve(LogTrim.UNFINISHED), new byte[100]);
        assertThat(content(entries(from(0)))).isEqualTo("before\n");

        write("after\n");

        assertThat(content(entries(from(0)))).isEqualTo("before\nafter\n");
        try (Stream<Path> files = Files.list(log)) {
            assertThat(files.map(file -> String.valueOf(file.getFileName())))
                    .containsExactlyInAnyOrder(
                            "0000000000000000000.log",
                            "0000000000000000000.times",
                            "0000000000000000007.log",
                            "0000000000000000007.times");
        }
    }

    @Nested
    @NeedsRoot
    class OnASmallDisk {
        @Test
        void statesWhatAFullDiskCost() throws Exception {
            Path disk = Files.createDirectory(directory.resolve("disk"));
            run("mount", "-t", "tmpfs", "-o", "size=2m", "small", disk.toString());
            try {
                Path inTheWay = disk.resolve("in-the-way");
                Files.write(inTheWay, new byte[(int) MIB]);
                Logs small = new Logs(disk, 32 * MIB, Clock.systemUTC());
                long written = 0;
                try (Recording recording = small.open(JAIL, Begin.WITH_A_RUN)) {
                    for (; written < 2 * MIB; written += LINE) {
                        recording.write(Source.OUTPUT, text(line(written)));
                    }
                    Files.delete(inTheWay);
                    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
                    do {
                        assertThat(System.nanoTime()).as("it tries again").isLessThan(deadline);
                        recording.write(Source.OUTPUT, text(line(written)));
                        written += LINE;
                    } while (!content(small.read(LAST).entries()).equals(line(written - LINE)));
                }
                long next = 0;
                long lost = 0;
                LogRead read = from(0);
                for (LogPart part = small.read(read); ; part = small.read(read.after(part.next()))) {
                    for (LogEntry entry : part.entries()) {
                        if (entry instanceof LogEntry.Gap gap) {
                            lost += gap.lost();
                            next += gap.lost();
                        } else {
                            isAsWritten(entry);
                            next += ((LogEntry.Output) entry).content().length;
                        }
                    }
                    if (part.atEnd()) {
                        break;
                    }
                }
                assertThat(next).isEqualTo(written);
                assertThat(lost).isBetween(MIB / 2, written);
            } finally {
                run("umount", disk.toString());
            }
        }
    }

    private static void run(String... command) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
    }

    private void write(String text) {
        try (Recording recording = logs.open(JAIL, Begin.WITH_A_RUN)) {
            recording.write(Source.OUTPUT, text(text));
        }
    }

    private List<Integer> minutes(LogRead read) throws InterruptedException {
        return content(entries(read))
                .lines()
                .map(line -> Integer.parseInt(line.substring(0, line.indexOf('x'))))
                .toList();
    }

    private List<LogEntry> entries(LogRead read) throws InterruptedException {
        LogPart part = logs.read(read);
        List<LogEntry> entries = new ArrayList<>(part.entries());
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

    private static String line(long offset) {
        return String.format("%0" + (LINE - 1) + "d\n", offset);
    }

    private static ByteBuffer text(String text) {
        return ByteBuffer.wrap(text.getBytes(ISO_8859_1));
    }

    private static LogRead between(int since, int until) {
        return new LogRead(
                JAIL,
                OptionalLong.empty(),
                OptionalInt.empty(),
                Optional.of(START.plusSeconds(60L * since)),
                Optional.of(START.plusSeconds(60L * until)),
                Optional.empty(),
                Duration.ZERO);
    }

    private static LogRead from(long offset) {
        return read(OptionalLong.of(offset), Optional.empty());
    }

    private static LogRead search(String text) {
        return read(OptionalLong.empty(), Optional.of(text));
    }

    private static LogRead read(OptionalLong from, Optional<String> containing) {
        return new LogRead(
                JAIL, from, OptionalInt.empty(), Optional.empty(), Optional.empty(), containing, Duration.ZERO);
    }
}
