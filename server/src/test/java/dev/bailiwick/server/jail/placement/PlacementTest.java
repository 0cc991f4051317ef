package dev.bailiwick.server.jail.placement;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.server.jail.placement.Placement.Candidate;
import java.util.List;
import org.junit.jupiter.api.Test;

class PlacementTest {

    private static final HostId FIRST = HostId.parse("00000000-0000-7000-8000-000000000001");
    private static final HostId SECOND = HostId.parse("00000000-0000-7000-8000-000000000002");

    @Test
    void choosesTheHostWithFewerJailsForItsMemory() {
        assertThat(Placement.order(
                        List.of(new Candidate(FIRST, true, 3, 8L << 30), new Candidate(SECOND, true, 4, 16L << 30))))
                .startsWith(SECOND);
    }

    @Test
    void choosesNoHostThatIsAway() {
        assertThat(Placement.order(
                        List.of(new Candidate(FIRST, false, 0, 8L << 30), new Candidate(SECOND, true, 9, 8L << 30))))
                .startsWith(SECOND);
        assertThat(Placement.order(List.of(new Candidate(FIRST, false, 0, 8L << 30))))
                .isEmpty();
    }

    @Test
    void choosesTheLowestIdAmongEquals() {
        assertThat(Placement.order(
                        List.of(new Candidate(SECOND, true, 1, 8L << 30), new Candidate(FIRST, true, 1, 8L << 30))))
                .startsWith(FIRST);
    }
}
