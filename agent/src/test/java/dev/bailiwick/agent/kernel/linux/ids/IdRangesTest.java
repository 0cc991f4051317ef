package dev.bailiwick.agent.kernel.linux.ids;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.agent.kernel.FilesClaim;
import dev.bailiwick.agent.kernel.HostLayout;
import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.KeptFiles;
import dev.bailiwick.jail.RootPath;
import dev.bailiwick.jail.desired.PreviousFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdRangesTest {

    private static final long FIRST = 1_500_053_504L;
    private static final JailId ONE = new JailId(new UUID(0, 1));
    private static final JailId TWO = new JailId(new UUID(0, 2));
    private static final JailId THREE = new JailId(new UUID(0, 3));

    @TempDir
    private Path directory;

    private Path file;

    @BeforeEach
    void name() {
        file = directory.resolve("jails/.bailiwick/files");
    }

    @Test
    void keepsTheRangesOfJailsAcrossAgents() {
        try (IdRanges ranges = open(3)) {
            assertThat(ranges.rangeOf(ONE).first()).isEqualTo(FIRST);
            assertThat(ranges.rangeOf(TWO).first()).isEqualTo(FIRST + 65_536);
            ranges.freeWithoutFiles(ONE);
        }
        try (IdRanges ranges = open(3)) {
            assertThat(ranges.rangeOf(TWO).first()).isEqualTo(FIRST + 65_536);
            assertThat(ranges.find(ONE)).isEmpty();
            assertThat(ranges.rangeOf(THREE).first()).isEqualTo(FIRST);
        }
    }

    @Test
    void leavesOutALineThatThePowerCutShort() throws IOException {
        try (IdRanges ranges = open(3)) {
            ranges.rangeOf(ONE);
        }
        List<String> before = Files.readAllLines(file);
        Files.writeString(file, before.getFirst().substring(0, 30), StandardOpenOption.APPEND);
        try (IdRanges ranges = open(3)) {
            assertThat(ranges.damage()).isEmpty();
            assertThat(Files.readAllLines(file)).isEqualTo(before);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ONE 1500053504 used - a, TWO 1500053504 used - b",
                "ONE 1500053504 used - a, ONE 1500119040 used - b",
                "TWO free",
                "TWO left a",
                "ONE -65536",
                "ONE +1500053504",
                "ONE 01500053504",
                "ONE 1500053505",
                "ONE 4294967296",
                "ONE 1500053504 lost - a",
                "ONE 1500053504 used - ",
                "ONE",
                "",
                "\u00e9\u00e9 1500053504"
            })
    void saysThatTheRecordIsNotWhatAnAgentWrote(String lines) throws IOException {
        write(lines.replace("ONE", ONE.toString())
                .replace("TWO", TWO.toString())
                .split(", ", -1));
        try (IdRanges ranges = open(3)) {
            assertThat(ranges.damage()).contains("was damaged in 1 lines");
            assertThat(ranges.find(ONE).filter(range -> ranges.find(TWO).equals(Optional.of(range))))
                    .as("two owners of one range")
                    .isEmpty();
        }
        try (IdRanges ranges = open(3)) {
            assertThat(ranges.damage()).isEmpty();
        }
    }

    @Test
    void freesNoRangeThatADirectoryMayBear() {
        try (IdRanges ranges = open(3)) {
            claim(ranges, ONE, "anna", "one");
            ranges.freeWithoutFiles(ONE);
            assertThat(ranges.find(ONE)).isPresent();
            ranges.keep(ONE);
            assertThat(ranges.find(ONE)).isPresent();
        }
        try (IdRanges ranges = open(3)) {
            assertThat(ranges.report().files())
                    .containsExactly(new KeptFiles(
                            ONE,
                            new RootPath(directory + "/jails/one"),
                            "anna",
                            OptionalLong.of(ranges.find(ONE).orElseThrow().first())));
            ranges.left(ONE, "one");
            ranges.freeWithoutFiles(ONE);
            assertThat(ranges.find(ONE)).isEmpty();
            assertThat(ranges.report().files()).isEmpty();
        }
    }

    @Test
    void handsKeptFilesOnlyToAJailOfTheSameCustomer() {
        try (IdRanges ranges = open(4)) {
            IdRange range = claim(ranges, ONE, "anna", "one").range();
            assertThatThrownBy(() -> claim(ranges, TWO, "anna", "one")).hasMessageContaining("files of another jail");
            ranges.keep(ONE);
            for (String path : List.of("one", "one/below", "o")) {
                if (path.equals("o")) {
                    assertThat(claim(ranges, TWO, "berta", path).isNew()).isTrue();
                } else {
                    assertThatThrownBy(() -> claim(ranges, TWO, "berta", path))
                            .as(path)
                            .isInstanceOf(KernelRefusal.class)
                            .hasMessageContaining("kept files of another jail");
                }
            }
            assertThatThrownBy(() -> claim(ranges, THREE, "", "one")).isInstanceOf(KernelRefusal.class);
            assertThat(ranges.find(THREE)).as("a failed claim keeps no range").isEmpty();
            ClaimResult.Granted taken = claim(ranges, THREE, "anna", "one");
            assertThat(taken.range()).isEqualTo(range);
            assertThat(taken.predecessor()).hasValue(ONE);
            assertThat(ranges.find(ONE)).isEmpty();
        }
        try (IdRanges ranges = open(4)) {
            assertThat(ranges.heldBy(THREE, "")).extracting(Holding::path).containsExactly("one");
        }
    }

    @Test
    void takesOverWhatAnEarlierAgentRecorded() throws IOException {
        Path old = Files.createDirectories(directory.resolve("state")).resolve("id-ranges");
        Files.writeString(old, ONE + " 0\n" + TWO + " 1\n" + THREE + " 2\n" + THREE + " -\n");
        Path first = Files.createDirectories(directory.resolve("jails/first"));
        Path second = Files.createDirectories(directory.resolve("jails/deep/second"));
        for (Path path : List.of(first, second)) {
            Files.setAttribute(path, "unix:uid", (int) FIRST);
        }
        try (IdRanges ranges = open(3)) {
            assertThat(ranges.heldBy(ONE, "")).extracting(Holding::path).containsExactly("deep/second", "first");
            assertThat(ranges.find(TWO)).as("has no files").isEmpty();
            assertThat(claim(ranges, ONE, "anna", "first").range()).isEqualTo(new IdRange(FIRST));
        }
        assertThat(old).doesNotExist();
    }

    @Test
    void handsOutNoRangeThatFilesBearWhoseRecordIsLost() throws IOException {
        try (IdRanges ranges = open(2)) {
            claim(ranges, ONE, "anna", "one");
        }
        Files.setAttribute(Files.createDirectories(directory.resolve("jails/one")), "unix:uid", (int) FIRST);
        Files.delete(file);
        try (IdRanges ranges = open(2)) {
            assertThat(ranges.rangeOf(TWO).first()).isEqualTo(FIRST + 65_536);
            assertThat(ranges.report().files()).singleElement().satisfies(kept -> {
                assertThat(kept.customer()).isEmpty();
                assertThat(kept.path().value()).endsWith("/jails/one");
            });
            assertThatThrownBy(() -> claim(ranges, ONE, "anna", "one")).isInstanceOf(KernelRefusal.class);
            FilesClaim told = new FilesClaim("anna", PreviousFiles.MOVED, OptionalLong.of(FIRST));
            assertThat(ranges.claim(ONE, told, "one", Optional.empty()))
                    .isInstanceOfSatisfying(
                            ClaimResult.Granted.class,
                            granted -> assertThat(granted.range().first()).isEqualTo(FIRST));
        }
    }

    @Test
    void saysWhenAllRangesAreInUse() {
        try (IdRanges ranges = open(1)) {
            ranges.rangeOf(ONE);
            assertThat(ranges.holdBack()).isEmpty();
            assertThatThrownBy(() -> ranges.rangeOf(TWO)).isInstanceOf(KernelRefusal.class);
        }
    }

    @Test
    void usesARangeThatHasBecomeFreeLast() {
        try (IdRanges ranges = open(3)) {
            ranges.rangeOf(ONE);
            ranges.freeWithoutFiles(ONE);
            assertThat(ranges.rangeOf(TWO).first()).isEqualTo(FIRST + 65_536);
        }
    }

    @Test
    void givesTheNextNewJailWhatWasHeldBackOnceItIsOffered() {
        try (IdRanges ranges = open(3)) {
            IdRange held = ranges.holdBack().orElseThrow();
            IdRange other = ranges.rangeOf(ONE);
            assertThat(other).isNotEqualTo(held);
            ranges.offer(held);
            assertThat(ranges.jailOf(held.first())).isEmpty();
            assertThat(ranges.rangeOf(TWO)).isEqualTo(held);
            assertThat(ranges.jailOf(held.first() + 65_535)).hasValue(TWO);
            ranges.giveBack(held); // it already belongs to a jail: nothing happens
            assertThat(ranges.rangeOf(TWO)).isEqualTo(held);
            assertThat(ranges.rangeOf(THREE)).isNotIn(held, other);
        }
    }

    @Test
    void givesBackWhatWasHeldBackForNothing() {
        try (IdRanges ranges = open(1)) {
            IdRange held = ranges.holdBack().orElseThrow();
            assertThat(ranges.holdBack()).isEmpty();
            ranges.offer(held);
            ranges.giveBack(held);
            assertThat(ranges.rangeOf(ONE)).isEqualTo(held);
        }
    }

    @Test
    void takesTheRangeOfAJailThatRunsFromNobody() throws IOException {
        try (IdRanges ranges = open(3)) {
            ranges.adopt(ONE, new IdRange(FIRST + 65_536));
            assertThat(ranges.find(ONE)).hasValue(new IdRange(FIRST + 65_536));
            ranges.adopt(TWO, new IdRange(FIRST + 65_536));
            assertThat(ranges.find(TWO)).isEmpty();
        }
        try (IdRanges ranges = open(3)) {
            assertThat(ranges.find(ONE)).hasValue(new IdRange(FIRST + 65_536));
        }
    }

    private static ClaimResult.Granted claim(IdRanges ranges, JailId jail, String customer, String path) {
        FilesClaim claim = new FilesClaim(customer, PreviousFiles.MOVED, OptionalLong.empty());
        return (ClaimResult.Granted) ranges.claim(jail, claim, path, Optional.empty());
    }

    /** Writes lines with valid checksums. */
    private void write(String... lines) throws IOException {
        Files.createDirectories(file.getParent());
        new LineJournal(file, "test", this, () -> List.of(lines)).close();
    }

    private IdRanges open(int count) {
        return new IdRanges(new HostLayout(
                directory.resolve("jails"),
                directory.resolve("run"),
                directory.resolve("log"),
                directory.resolve("state"),
                "bailiwick-test",
                FIRST,
                count));
    }
}
