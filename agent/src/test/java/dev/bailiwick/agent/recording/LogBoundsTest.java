package dev.bailiwick.agent.recording;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.recording.Recording.Begin;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.question.HostAnswer.LogPart;
import dev.bailiwick.jail.question.LogEntry;
import dev.bailiwick.jail.question.LogEntry.Source;
import dev.bailiwick.jail.question.LogRead;
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
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is kept of the log of a jail by its own limit, which changes while it is written and read. */
class LogBoundsTest {

    private static final JailId JAIL = JailId.parse("01890000-0000-7000-8000-000000000001");
    private static final Instant START = Instant.parse("2026-11-30T12:00:00Z");
    private static final long MIB = 1 << 20;
    private static final int LINE = 16;

    @TempDir
    private Path directory;

    private volatile Instant now = START;
    private Logs logs;
    private long written;

    @BeforeEach
    void create() {
        Clock clock = ((InstantSource) () -> now).withZone(ZoneOffset.UTC);
        logs = new Logs(directory, 32 * MIB, clock);
    }

    @Test
    void keepsTheNewestWhenTheLimitBecomesSmallerWhileTheJailWrites() throws Exception {
        logs.limit(JAIL, 32 * MIB);
        try (Recording recording = logs.open(JAIL, Begin.WITH_A_RUN)) {
            write(recording, 20 * MIB);
            assertThat(size()).isGreaterThan(20 * MIB);
            LogRead next = from(0).after(written - LINE);

            for (long limit : new long[] {8 * MIB, 5 * MIB, MIB}) {
                assertThat(logs.limit(JAIL, limit)).isTrue();
                logs.trim(JAIL);

                assertThat(size()).as("limit %d", limit).isBetween(limit / 4, limit);
                assertThat(onlyGapIsAtTheBeginning(entries(from(0)))).isGreaterThan(limit / 4);
                assertThat(content(logs.read(next).entries())).isEqualTo(line(written - LINE));
                now = now.plusSeconds(1);
                write(recording, LINE);
                next = next.after(written - LINE);
            }
            LogEntry last = entries(from(0)).getLast();
            assertThat(last.at()).isEqualTo(now.minusSeconds(0));
            write(recording, 5 * MIB);
            assertThat(size()).isLessThanOrEqualTo(MIB);

            assertThat(logs.limit(JAIL, 4 * MIB)).isFalse();
            write(recording, 10 * MIB);
            assertThat(size()).isBetween(3 * MIB, 4 * MIB);
            assertThat(onlyGapIsAtTheBeginning(entries(from(0)))).isGreaterThan(3 * MIB);
            assertThat(logs.read(from(0)).bound()).hasValue(4 * MIB);
        }
    }

    @Test
    void shortensTheLogOfAJailThatDoesNotRun() throws Exception {
        try (Recording recording = logs.open(JAIL, Begin.WITH_A_RUN)) {
            write(recording, 3 * MIB);
        }
        assertThat(logs.read(from(0)).bound()).as("its definition is not known").isEmpty();
        assertThat(logs.limit(JAIL, MIB)).as("it may have been larger before").isTrue();
        logs.trim(JAIL);

        assertThat(size()).isBetween(MIB / 4, MIB);
        assertThat(content(entries(from(written - 2 * LINE))))
                .isEqualTo(line(written - 2 * LINE) + line(written - LINE));
        try (Recording recording = logs.open(JAIL, Begin.WITH_A_RUN)) {
            write(recording, LINE);
            assertThat(recording.tail(LINE)).isEqualTo(line(written - LINE).getBytes(ISO_8859_1));
        }
        assertThat(onlyGapIsAtTheBeginning(entries(from(0)))).isPositive();
    }

    @Test
    void keepsTheTimesOfWhatIsLeft() throws Exception {
        logs.limit(JAIL, 32 * MIB);
        try (Recording recording = logs.open(JAIL, Begin.WITH_A_RUN)) {
            for (int i = 0; i < 48; i++) {
                now = START.plusSeconds(i);
                write(recording, MIB / 16);
            }
        }
        List<LogEntry> before = entries(from(written - MIB / 4));
        logs.limit(JAIL, MIB);
        logs.trim(JAIL);

        assertThat(entries(from(written - MIB / 4)))
                .usingRecursiveFieldByFieldElementComparator()
                .isEqualTo(before);
        assertThat(before.getLast().at()).isEqualTo(START.plusSeconds(47));
    }

    @Test
    void isNeverLargerThanTheHostPermits() throws Exception {
        assertThat(logs.limit(JAIL, 64 * MIB)).isTrue();
        try (Recording recording = logs.open(JAIL, Begin.WITH_A_RUN)) {
            write(recording, 40 * MIB);
        }
        assertThat(size()).isBetween(27 * MIB, 32 * MIB);
        assertThat(logs.read(from(0)).bound()).hasValue(32 * MIB);
        assertThat(logs.limit(JAIL, 48 * MIB)).isTrue();
        logs.trim(JAIL);
        assertThat(size()).isGreaterThan(27 * MIB);
    }

    @Test
    void forgetsTheLimitOfADeletedLog() throws Exception {
        logs.limit(JAIL, MIB);
        logs.delete(JAIL);
        assertThat(logs.read(from(0)).bound()).isEmpty();
    }

    /** Returns how many bytes of output there are, which are whole lines in their order up to the last that was written. */
    private long onlyGapIsAtTheBeginning(List<LogEntry> entries) {
        assertThat(entries.getFirst()).isInstanceOf(LogEntry.Gap.class);
        long next = entries.getFirst().offset();
        long begin = next;
        for (LogEntry entry : entries.subList(1, entries.size())) {
            assertThat(entry).isInstanceOf(LogEntry.Output.class);
            assertThat(entry.offset()).isEqualTo(next);
            byte[] content = ((LogEntry.Output) entry).content();
            String text = new String(content, ISO_8859_1);
            long first = next / LINE * LINE;
            assertThat(line(first) + line(first + LINE)).contains(text.substring(0, Math.min(LINE, content.length)));
            next += content.length;
        }
        assertThat(next).isEqualTo(written);
        return next - begin;
    }

    private void write(Recording recording, long bytes) {
        StringBuilder block = new StringBuilder();
        for (long i = 0; i < bytes; i += LINE) {
            block.append(line(written));
            written += LINE;
            if (block.length() == 1 << 16 || i + LINE >= bytes) {
                recording.write(Source.OUTPUT, ByteBuffer.wrap(block.toString().getBytes(ISO_8859_1)));
                block.setLength(0);
            }
        }
    }

    private static String line(long offset) {
        return String.format("%0" + (LINE - 1) + "d\n", offset);
    }

    private long size() throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve(JAIL.toString()))) {
            return files.mapToLong(file -> file.toFile().length()).sum();
        }
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
        StringBuilder content = new StringBuilder();
        for (LogEntry entry : entries) {
            if (entry instanceof LogEntry.Output output) {
                content.append(new String(output.content(), ISO_8859_1));
            }
        }
        return content.toString();
    }

    private static LogRead from(long offset) {
        return new LogRead(
                JAIL,
                OptionalLong.of(offset),
                OptionalInt.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Duration.ZERO);
    }
}
