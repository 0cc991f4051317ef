package dev.bailiwick.server.jail.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.question.HostAnswer.LogPart;
import dev.bailiwick.jail.question.LogEntry;
import dev.bailiwick.jail.question.LogEntry.Source;
import dev.bailiwick.jail.question.LogRead;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LogSlicesTest {

    private static final Instant AT = Instant.parse("2026-11-30T12:00:00Z");

    @Test
    void hasFewLinesInEachSliceOfAPartWithManyEmptyLines() {
        byte[] content = "\n".repeat(LogRead.MAX_BYTES).getBytes(UTF_8);
        LogPart part =
                new LogPart(List.of(new LogEntry.Output(7, AT, Source.OUTPUT, content)), 7 + content.length, true);

        List<LogPart> slices = LogSlices.of(part);

        LineSplitter splitter = new LineSplitter();
        long next = 7;
        for (LogPart slice : slices) {
            List<LogLine> lines = splitter.split(slice.entries());
            assertThat(lines).hasSizeLessThanOrEqualTo(LogSlices.MAX_LINES);
            for (LogLine line : lines) {
                assertThat(line.offset()).isEqualTo(next);
                next++;
            }
            assertThat(slice.next()).isEqualTo(next);
        }
        assertThat(next).isEqualTo(part.next());
        assertThat(slices.stream().filter(LogPart::atEnd)).containsExactly(slices.getLast());
    }

    @Test
    void makesTheSameLinesAsThePart() {
        Random random = new Random(Long.getLong("bailiwick.seed", 1));
        List<LogEntry> entries = new ArrayList<>();
        long offset = 0;
        for (int i = 0; i < LogRead.MAX_ENTRIES; i++) {
            if (random.nextInt(10) == 0) {
                offset += 5;
                entries.add(new LogEntry.Gap(offset, AT, 5));
            } else {
                byte[] content = random.ints(random.nextInt(1, 40), 0, 4)
                        .mapToObj(c -> c == 0 ? "\n" : "a")
                        .reduce("", String::concat)
                        .getBytes(UTF_8);
                entries.add(new LogEntry.Output(
                        offset, AT, random.nextInt(9) == 0 ? Source.CONSOLE : Source.OUTPUT, content));
                offset += content.length;
            }
        }
        LineSplitter whole = new LineSplitter();
        LineSplitter sliced = new LineSplitter();
        List<String> lines = new ArrayList<>();
        for (LogPart slice : LogSlices.of(new LogPart(entries, offset, false))) {
            List<LogLine> some = sliced.split(slice.entries());
            assertThat(some).hasSizeLessThanOrEqualTo(2 * LogSlices.MAX_LINES);
            some.forEach(line -> lines.add(text(line)));
        }
        assertThat(lines)
                .isEqualTo(
                        whole.split(entries).stream().map(LogSlicesTest::text).toList());
    }

    private static String text(LogLine line) {
        return switch (line) {
            case LogLine.Text text -> text.offset() + " " + text.source() + " " + new String(text.content(), UTF_8);
            case LogLine.Gap gap -> gap.toString();
        };
    }
}
