package dev.bailiwick.server.jail.placement;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.Limits;
import dev.bailiwick.server.jail.placement.Placement.Candidate;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class PlacementTest {

    private static final HostId FIRST = HostId.parse("00000000-0000-7000-8000-000000000001");
    private static final HostId SECOND = HostId.parse("00000000-0000-7000-8000-000000000002");

    @Test
    void choosesTheHostWithFewerJailsForItsMemory() {
        assertThat(Placement.order(List.of(candidate(FIRST, true, 3, 8L << 30), candidate(SECOND, true, 4, 16L << 30))))
                .extracting(Candidate::host)
                .startsWith(SECOND);
    }

    @Test
    void choosesNoHostThatIsAway() {
        assertThat(Placement.order(List.of(candidate(FIRST, false, 0, 8L << 30), candidate(SECOND, true, 9, 8L << 30))))
                .extracting(Candidate::host)
                .startsWith(SECOND);
        assertThat(Placement.order(List.of(candidate(FIRST, false, 0, 8L << 30))))
                .isEmpty();
    }

    @Test
    void choosesTheLowestIdAmongEquals() {
        assertThat(Placement.order(List.of(candidate(SECOND, true, 1, 8L << 30), candidate(FIRST, true, 1, 8L << 30))))
                .extracting(Candidate::host)
                .startsWith(FIRST);
    }

    @Test
    void knowsWhatAHostCanStillPromise() {
        Limits limits = new Limits(OptionalLong.of(1L << 30), OptionalInt.empty(), OptionalInt.of(500));
        Candidate bounded = new Candidate(FIRST, true, 0, 8L << 30, OptionalLong.of(3L << 29), OptionalLong.of(2_000));

        assertThat(bounded.hasRoom(limits)).isTrue();
        assertThat(bounded.withOneMore(limits).hasRoom(limits)).isFalse();
        assertThat(bounded.withOneMore(limits).hasRoom(Limits.NONE)).isTrue();
        assertThat(candidate(FIRST, true, 0, 0).withOneMore(limits).hasRoom(limits))
                .as("without a bound")
                .isTrue();
    }

    private static Candidate candidate(HostId host, boolean connected, long jails, long memory) {
        return new Candidate(host, connected, jails, memory, OptionalLong.empty(), OptionalLong.empty());
    }
}
