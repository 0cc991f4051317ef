package dev.bailiwick.server.figure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.Limits;
import dev.bailiwick.jail.figure.Metric;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.figure.chart.Step;
import dev.bailiwick.server.figure.chart.Step.GaugeOfStep;
import java.time.Instant;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** What a jail used last, beside what it may use. */
class UseOfJailTest extends WithFigures {

    private static final Step SLOT = new Step(
            Instant.EPOCH,
            Map.of(Metric.CPU_TIME, 30_000_000L),
            Map.of(Metric.MEMORY, new GaugeOfStep(1 << 20, (64 << 20) + 4_097, 96 << 20, 90 << 20)));

    @Test
    void isAShareOfEachLimit() {
        Limits limits = new Limits(OptionalLong.of(512L << 20), OptionalInt.empty(), OptionalInt.of(500));

        assertThat(UseOfJail.of(SLOT, limits))
                .containsExactly(
                        new UseOfJail("cpu", "10.00 %", "50.00 %", 20),
                        new UseOfJail("memory", "64 MiB", "512 MiB", 13));
    }

    @Test
    void hasNoShareWithoutALimitAndNoRowOfWhatWasNotMeasured() {
        assertThat(UseOfJail.of(new Step(Instant.EPOCH, Map.of(), SLOT.gauges()), Limits.NONE))
                .containsExactly(new UseOfJail("memory", "64 MiB", null, 0));
    }

    @Test
    void isAPartOfThePageForThoseWhoSeeTheJail() throws Exception {
        assertThat(page(Fleet.somebodyOf(customer), "/last")
                        .andReturn()
                        .getResponse()
                        .getContentAsString())
                .contains("Nothing was measured");
        Instant slot = Instant.ofEpochSecond(Instant.now().getEpochSecond() / 300 * 300 - 300);

        store(slot(slot, run, 0, 3_000_000));

        assertThat(page(Fleet.somebodyOf(customer), "/last")
                        .andReturn()
                        .getResponse()
                        .getContentAsString())
                .contains(">CPU<", "1.00 %", ">Memory<")
                .doesNotContain("<html", "??");
        assertThat(page(Fleet.somebodyOf(fixtures.customer()), "/last")
                        .andReturn()
                        .getResponse()
                        .getStatus())
                .isEqualTo(404);
    }
}
