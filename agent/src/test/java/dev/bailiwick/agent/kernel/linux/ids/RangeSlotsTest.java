package dev.bailiwick.agent.kernel.linux.ids;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.kernel.HostLayout;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class RangeSlotsTest {

    private static final long FIRST = 1_500_053_504L;

    private final RangeSlots slots = new RangeSlots(new HostLayout(
            Path.of("/jails"), Path.of("/run/x"), Path.of("/log"), Path.of("/state"), "bailiwick-test", FIRST, 3));

    @Test
    void givesOutInACircle() {
        assertThat(slots.takeNext()).hasValue(range(0));
        slots.free(range(0));
        assertThat(slots.takeNext()).hasValue(range(1));
        assertThat(slots.takeNext()).hasValue(range(2));
        assertThat(slots.takeNext()).hasValue(range(0));
        assertThat(slots.takeNext()).isEmpty();
        slots.free(range(1));
        assertThat(slots.takeNext()).hasValue(range(1));
    }

    @Test
    void leavesOutWhatIsTaken() {
        slots.take(range(0));
        assertThat(slots.isFree(range(0))).isFalse();
        assertThat(slots.isFree(range(1))).isTrue();
        assertThat(slots.takeNext()).hasValue(range(1));
    }

    @Test
    void knowsWhichRangesAreThisHosts() {
        assertThat(slots.covers(range(2))).isTrue();
        for (IdRange other : new IdRange[] {range(-1), range(3), new IdRange(65_536)}) {
            assertThat(slots.covers(other)).isFalse();
            assertThat(slots.isFree(other)).isFalse();
            slots.take(other);
            slots.free(other);
        }
        assertThat(slots.takeNext()).hasValue(range(0));
    }

    @Test
    void handsOutWhatWasOfferedInItsOrder() {
        slots.offer(range(1));
        slots.offer(range(2));
        slots.offerFirst(range(0));
        assertThat(slots.takeOffered()).hasValue(range(0));
        assertThat(slots.withdraw(range(2))).isTrue();
        assertThat(slots.withdraw(range(2))).isFalse();
        assertThat(slots.takeOffered()).hasValue(range(1));
        assertThat(slots.takeOffered()).isEmpty();
    }

    private static IdRange range(int slot) {
        return new IdRange(FIRST + slot * 65_536L);
    }
}
