package dev.bailiwick.agent.kernel.linux.ids;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.kernel.HostLayout;
import dev.bailiwick.jail.JailId;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordedFilesTest {

    private static final long FIRST = 1_500_053_504L;
    private static final JailId ONE = new JailId(new UUID(0, 1));
    private static final JailId TWO = new JailId(new UUID(0, 2));

    private final RecordedFiles record = fresh();

    @Test
    void writesTheLinesThatItHasRead() {
        assertThat(record.replay(ONE + " " + FIRST + " used anna a b/c")).isTrue();
        assertThat(record.replay(ONE + " " + FIRST + " kept - old")).isTrue();
        assertThat(record.replay(TWO + " " + (FIRST + 65_536))).isTrue();

        RecordedFiles again = fresh();
        assertThat(record.lines()).allMatch(again::replay);

        assertThat(again.lines()).isEqualTo(record.lines()).hasSize(3);
        assertThat(again.at("a b/c")).hasValue(new Holding("a b/c", ONE, "anna", Holding.Fate.USED));
        assertThat(again.find(TWO)).hasValue(new IdRange(FIRST + 65_536));
    }

    @Test
    void forgetsWhatIsLeftOrFree() {
        record.replay(ONE + " " + FIRST + " used anna a b");
        record.replay(ONE + " " + FIRST + " kept anna c");
        assertThat(record.replay(RecordedFiles.left(ONE, "a b"))).isTrue();
        assertThat(record.of(ONE)).map(Holding::path).containsExactly("c");
        assertThat(record.replay(RecordedFiles.free(ONE))).isTrue();
        assertThat(record.lines()).isEmpty();
        assertThat(record.replay(RecordedFiles.free(ONE))).as("a second time").isFalse();
    }

    @Test
    void believesTheLaterOfTwoLinesThatGiveARangeToTwoJails() {
        record.replay(ONE + " " + FIRST + " used anna a");
        assertThat(record.replay(TWO + " " + FIRST + " used otto b")).isFalse();
        assertThat(record.find(ONE)).isEmpty();
        assertThat(record.ownerOf(new IdRange(FIRST))).hasValue(TWO);
        assertThat(record.all()).map(Holding::path).containsExactly("b");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x 1500053504",
                "00000000-0000-0000-0000-000000000001 1500053505",
                "00000000-0000-0000-0000-000000000001 01500053504",
                "00000000-0000-0000-0000-000000000001 4294967296",
                "00000000-0000-0000-0000-000000000001 1500053504 lost anna a",
                "00000000-0000-0000-0000-000000000001 1500053504 used anna",
                "00000000-0000-0000-0000-000000000001 1500053504 used anna ",
                "00000000-0000-0000-0000-000000000001 left a"
            })
    void saysOfALineThatNoAgentWritesIt(String line) {
        assertThat(record.replay(line)).isFalse();
        assertThat(record.lines()).isEmpty();
    }

    @Test
    void findsWhatAnotherJailHasAtAboveAndBelow() {
        record.replay(ONE + " " + FIRST + " used anna a/b");
        for (String path : new String[] {"a/b", "a", "a/b/c"}) {
            assertThat(record.overlapping(TWO, path)).as(path).isPresent();
            assertThat(record.overlapping(ONE, path)).as(path).isEmpty();
        }
        assertThat(record.overlapping(TWO, "a/bc")).isEmpty();
    }

    private static RecordedFiles fresh() {
        return new RecordedFiles(new RangeSlots(new HostLayout(
                Path.of("/jails"), Path.of("/run/x"), Path.of("/log"), Path.of("/state"), "bailiwick-test", FIRST, 3)));
    }
}
