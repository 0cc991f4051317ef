package dev.bailiwick.agent.kernel.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.agent.kernel.HostLayout;
import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.jail.JailId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
            assertThat(ranges.next()).hasValue(new IdRange(FIRST));
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

    @Test
    void refusesAJournalThatGivesARangeToTwo() throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, ONE + " 0\n" + TWO + " 0\n");
        assertThatThrownBy(() -> open(3))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("damaged");
    }

    @Test
    void saysWhenAllRangesAreInUse() {
        try (IdRanges ranges = open(1)) {
            ranges.rangeOf(ONE);
            assertThat(ranges.next()).isEmpty();
            assertThatThrownBy(() -> ranges.rangeOf(TWO)).isInstanceOf(KernelRefusal.class);
        }
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
