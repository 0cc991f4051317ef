package dev.bailiwick.agent.kernel.linux.ids;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.agent.kernel.FilesClaim;
import dev.bailiwick.agent.kernel.HostLayout;
import dev.bailiwick.agent.kernel.linux.NeedsRoot;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.desired.PreviousFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The record on a full disk: a small file system that the test creates. */
@NeedsRoot
class RecordOnAFullDiskTest {

    private static final int JAILS = 200;

    @TempDir
    private Path directory;

    private Path disk;

    @BeforeEach
    void mount() throws Exception {
        disk = Files.createDirectory(directory.resolve("jails"));
        run("mount", "-t", "tmpfs", "-o", "size=512k", "small", disk.toString());
    }

    @AfterEach
    void unmount() throws Exception {
        run("umount", disk.toString());
    }

    @Test
    void recordsThatJailsGoAndNothingElse() throws Exception {
        Path filler = disk.resolve("filler");
        Map<JailId, Optional<IdRange>> left;
        try (IdRanges ranges = open()) {
            for (JailId jail : jails()) {
                claim(ranges, jail);
            }
            ranges.awaitDurable();
            fill(filler);
            assertThatThrownBy(() -> {
                        for (int i = 0; i < JAILS; i++) {
                            claim(ranges, new JailId(new UUID(1, i)));
                        }
                    })
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining("No space left");
            for (JailId jail : jails()) {
                if (jail.value().getLeastSignificantBits() % 2 == 0) {
                    ranges.left(jail, path(jail));
                    ranges.freeWithoutFiles(jail);
                } else {
                    ranges.keep(jail);
                }
            }
            left = ranges(ranges);
            assertThat(left.values().stream().filter(Optional::isPresent)).hasSize(JAILS / 2);
        }
        // The agent is killed and restarts while there is no space.
        try (IdRanges ranges = open()) {
            assertThat(ranges.damage()).isEmpty();
            assertThat(ranges(ranges)).isEqualTo(left);
            assertThat(ranges.report().files()).hasSizeGreaterThanOrEqualTo(JAILS / 2);
            JailId late = new JailId(new UUID(2, 1));
            assertThatThrownBy(() -> claim(ranges, late)).isInstanceOf(UncheckedIOException.class);

            Files.delete(filler);
            claim(ranges, late);
            ranges.awaitDurable();
        }
        try (IdRanges ranges = open()) {
            assertThat(ranges.damage()).isEmpty();
            assertThat(ranges(ranges)).isEqualTo(left);
            assertThat(ranges.find(new JailId(new UUID(2, 1)))).isPresent();
        }
    }

    private static Map<JailId, Optional<IdRange>> ranges(IdRanges ranges) {
        Map<JailId, Optional<IdRange>> all = new TreeMap<>();
        jails().forEach(jail -> all.put(jail, ranges.find(jail)));
        return all;
    }

    private static List<JailId> jails() {
        return IntStream.range(0, JAILS)
                .mapToObj(number -> new JailId(new UUID(0, number)))
                .toList();
    }

    private static String path(JailId jail) {
        return "customer/" + jail;
    }

    private static void claim(IdRanges ranges, JailId jail) {
        FilesClaim claim = new FilesClaim("customer", PreviousFiles.MOVED, OptionalLong.empty());
        assertThat(ranges.claim(jail, claim, path(jail), Optional.empty())).isInstanceOf(ClaimResult.Granted.class);
    }

    private static void fill(Path filler) {
        assertThatThrownBy(() -> Files.write(filler, new byte[1 << 20])).hasMessageContaining("No space left");
    }

    private IdRanges open() {
        return new IdRanges(new HostLayout(
                disk,
                directory.resolve("run"),
                directory.resolve("log"),
                directory.resolve("state"),
                "bailiwick-test",
                1_500_053_504L,
                2 * JAILS + 10));
    }

    private static void run(String... command) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
    }
}
