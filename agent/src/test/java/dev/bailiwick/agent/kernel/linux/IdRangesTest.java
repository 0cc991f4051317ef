package dev.bailiwick.agent.kernel.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.agent.kernel.HostLayout;
import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.jail.JailId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
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
        file = directory.resolve("state/id-ranges");
    }

    @Test
    void keepsTheRangesOfJailsAcrossAgents() {
        try (IdRanges ranges = open(3)) {
            assertThat(ranges.rangeOf(ONE).first()).isEqualTo(FIRST);
            assertThat(ranges.rangeOf(TWO).first()).isEqualTo(FIRST + 65_536);
            ranges.free(ONE);
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
        Files.writeString(file, TWO + " 1", StandardOpenOption.APPEND);
        try (IdRanges ranges = open(3)) {
            assertThat(ranges.rangeOf(THREE).first()).isEqualTo(FIRST + 65_536);
        }
        assertThat(Files.readString(file)).isEqualTo(ONE + " 0\n" + THREE + " 1\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ONE 0, TWO 0",
                "ONE 0, ONE 1",
                "ONE 0, TWO -",
                "ONE -1",
                "ONE +1",
                "ONE 01",
                "ONE 0 1",
                "ONE 60000",
                "ONE 2000000000",
                "ONE",
                "",
                "\u00e9\u00e9 0"
            })
    void refusesAJournalThatNoAgentHasWritten(String lines) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(
                file,
                lines.replace("ONE", ONE.toString())
                                .replace("TWO", TWO.toString())
                                .replace(", ", "\n") + "\n",
                StandardCharsets.ISO_8859_1);
        assertThatThrownBy(() -> open(3))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("damaged");
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
            ranges.free(ONE);
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
            ranges.giveBack(held); // a jail's by now: nothing happens
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
        assertThat(Files.readString(file)).isEqualTo(ONE + " 1\n");
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
