package dev.bailiwick.agent.figure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.link.KeptFigures.Batch;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.figure.JailFigures;
import dev.bailiwick.jail.figure.JailFigures.Counter;
import dev.bailiwick.jail.figure.Metric;
import dev.bailiwick.protocol.FigureWire;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that cannot be read, and files whose content is damaged. */
class FigureFilesTest {

    @TempDir
    private Path state;

    private FigureFiles files;
    private Path first;
    private String second = "";

    @BeforeEach
    void addTwoBatches() throws IOException {
        Clock clock = Clock.fixed(Instant.parse("2026-11-30T12:00:00Z"), ZoneOffset.UTC);
        files = FigureFiles.open(state, FigureFiles.MAX_BYTES, clock);
        files.add(List.of(FigureWire.toWire(figures())));
        files.add(List.of(FigureWire.toWire(figures())));
        String name = files.oldest().map(Batch::name).orElseThrow();
        first = state.resolve("figures").resolve(name);
        second = String.format("%012d", Long.parseLong(name) + 1);
    }

    @Test
    void aFileThatCannotBeReadStaysAndDoesNotHoldUpTheOthers() throws IOException {
        byte[] content = Files.readAllBytes(first);
        // Its reads fail, also for root.
        Files.delete(first);
        Files.createDirectory(first);
        assertThat(files.oldest().map(Batch::name)).contains(second);
        assertThat(files.hasLater(second)).isFalse();
        assertThat(first).exists();

        Files.delete(first);
        Files.write(first, content);
        assertThat(files.oldest().map(Batch::name)).contains(first.getFileName().toString());
        assertThat(files.hasLater(first.getFileName().toString())).isTrue();
    }

    @Test
    void damagedFilesAreDeleted() throws IOException {
        byte[] content = Files.readAllBytes(first);
        Files.write(first, Arrays.copyOf(content, content.length / 2));
        assertThat(files.oldest().map(Batch::name)).contains(second);
        assertThat(first).doesNotExist();

        Files.writeString(state.resolve("figures").resolve(second), "no figures");
        assertThat(files.oldest()).isEmpty();
    }

    private static JailFigures figures() {
        return new JailFigures(
                new JailId(UUID.randomUUID()),
                UUID.randomUUID(),
                Instant.parse("2026-11-30T11:55:00Z"),
                30,
                Map.of(Metric.CPU_TIME, new Counter(0, 1)),
                Map.of());
    }
}
