package dev.bailiwick.agent.kernel.linux.ids;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.Mutations;
import dev.bailiwick.agent.kernel.HostLayout;
import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.jail.JailId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever bytes the record of user ids contains, no range gets two owners. */
class HostileInputTest {

    private static final JailId JAIL = JailId.parse("5f0c7e2a-7a52-4ad8-8f0c-0d6f3c1f9a10");

    @TempDir
    private Path directory;

    /** With valid and invalid checksums: the agent rewrites the lines it could read, and no range has two owners. */
    @Test
    void givesNoRangeToTwoJailsWhateverTheRecordHolds() throws IOException {
        HostLayout layout = new HostLayout(
                directory.resolve("jails"),
                directory.resolve("run"),
                directory.resolve("log"),
                directory.resolve("state"),
                "bailiwick-test",
                1_500_053_504L,
                3);
        Path file = Files.createDirectories(layout.rootBase().resolve(IdRanges.DIRECTORY))
                .resolve("files");
        JailId other = new JailId(new UUID(0, 2));
        String record = JAIL + " 1500053504 used anna a\n" + other + " 1500119040\n" + JAIL + " left a\n" + JAIL
                + " free\n" + JAIL + " 1500184576 kept - b c\n";
        Mutations.tryOn(
                "ID_RANGES",
                input -> {
                    try {
                        new LineJournal(
                                        file,
                                        "test",
                                        this,
                                        () -> new String(input, StandardCharsets.UTF_8)
                                                .lines()
                                                .toList())
                                .close();
                        assertApart(layout, other);
                        Files.write(file, input);
                        assertApart(layout, other);
                    } catch (KernelRefusal e) {
                        assertThat(e.reason()).isEqualTo("IdRangesExhausted");
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                record.getBytes(StandardCharsets.UTF_8));
    }

    private static void assertApart(HostLayout layout, JailId other) throws IOException {
        Path file = layout.rootBase().resolve(IdRanges.DIRECTORY).resolve("files");
        try (IdRanges ranges = new IdRanges(layout)) {
            assertThat(ranges.find(JAIL))
                    .as("not the other jail's range")
                    .isNotEqualTo(Optional.of(ranges.rangeOf(other)));
        }
        String read = Files.readString(file);
        try (IdRanges again = new IdRanges(layout)) {
            assertThat(again.damage()).as(read).isEmpty();
            assertThat(Files.readString(file).lines())
                    .hasSameElementsAs(read.lines().toList());
        }
    }
}
