package dev.bailiwick.agent.recording;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.recording.Recording.Begin;
import dev.bailiwick.jail.question.LogEntry.Source;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TimeIndexesTest {

    private static final Instant START = Instant.parse("2026-11-30T12:00:00Z");

    @TempDir
    private Path directory;

    @Test
    void readsOnlyWhatWasAdded() throws Exception {
        TimeIndexes times = new TimeIndexes();
        Segment segment = new Segment(directory, 0);
        write(0, "one\n");
        TimeIndex before = times.of(segment);
        assertThat(times.of(segment)).isSameAs(before);

        write(1, "two\n");
        Files.write(segment.times(), new byte[5], StandardOpenOption.APPEND);
        TimeIndex after = times.of(segment);
        assertThat(after.at(3).millis()).isEqualTo(START.toEpochMilli());
        assertThat(after.at(4).millis()).isEqualTo(START.plusSeconds(1).toEpochMilli());
        assertThat(before.until(0)).isEqualTo(Long.MAX_VALUE);

        write(2, "three\n");
        assertThat(times.of(segment).at(8).millis())
                .isEqualTo(START.plusSeconds(2).toEpochMilli());
        Files.delete(segment.times());
        assertThat(times.of(segment).bytes()).isZero();
    }

    private void write(int seconds, String text) {
        Clock clock = Clock.fixed(START.plusSeconds(seconds), ZoneOffset.UTC);
        try (Recording recording =
                new Recording(directory, () -> 1 << 20, Begin.WITH_A_RUN, clock, () -> {}, _ -> {})) {
            recording.write(Source.OUTPUT, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
        }
    }
}
