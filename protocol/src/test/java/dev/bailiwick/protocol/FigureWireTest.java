package dev.bailiwick.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.figure.HostFigures;
import dev.bailiwick.jail.figure.HostMetric;
import dev.bailiwick.jail.figure.JailFigures;
import dev.bailiwick.jail.figure.JailFigures.Counter;
import dev.bailiwick.jail.figure.JailFigures.Gauge;
import dev.bailiwick.jail.figure.Metric;
import dev.bailiwick.protocol.v1.Figures;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class FigureWireTest {

    private static final JailFigures FIGURES = new JailFigures(
            new JailId(UUID.randomUUID()),
            UUID.randomUUID(),
            Instant.parse("2026-11-30T12:05:00Z"),
            30,
            Map.of(Metric.CPU_TIME, new Counter(5, 10), Metric.OOM_KILLS, new Counter(0, 0)),
            Map.of(Metric.MEMORY, new Gauge(1, 2, 4, 3)));

    @Test
    void comesBackAsItWent() {
        assertThat(FigureWire.fromWire(FigureWire.toWire(FIGURES))).isEqualTo(FIGURES);
    }

    @Test
    void thoseOfAHostComeBackAsTheyWent() {
        HostFigures host = new HostFigures(
                UUID.randomUUID(),
                Instant.parse("2026-11-30T12:05:00Z"),
                30,
                Map.of(HostMetric.CPU_TIME, new Counter(5, 10)),
                Map.of(HostMetric.JAILS_MEMORY, new Gauge(1, 2, 4, 3)));
        var wire = FigureWire.toWire(host);
        assertThat(FigureWire.isOfHost(wire)).isTrue();
        assertThat(FigureWire.isOfHost(FigureWire.toWire(FIGURES))).isFalse();
        assertThat(FigureWire.hostFromWire(wire)).isEqualTo(host);
        assertThatThrownBy(() -> FigureWire.hostFromWire(
                        wire.toBuilder().setSlotEpochSeconds(301).build()))
                .isInstanceOf(MalformedMessage.class)
                .hasMessageContaining("slot");
    }

    @Test
    void leavesOutMetricsOfALaterVersion() {
        var wire = FigureWire.toWire(FIGURES).toBuilder();
        wire.addCounters(wire.getCounters(0).toBuilder().setMetric("gpuTime"));
        // A later version may also have made a gauge of a counter.
        wire.addGauges(wire.getGauges(0).toBuilder().setMetric(Metric.CPU_TIME.text()));
        assertThat(FigureWire.fromWire(wire.build())).isEqualTo(FIGURES);
    }

    @Test
    void refusesWhatNoAgentCanHaveMeasured() {
        var wire = FigureWire.toWire(FIGURES);
        assertMalformed(wire.toBuilder().setSlotEpochSeconds(301).build(), "slot");
        assertMalformed(wire.toBuilder().setSlotEpochSeconds(-300).build(), "slot");
        assertMalformed(wire.toBuilder().setSlotEpochSeconds(Long.MAX_VALUE).build(), "slot");
        assertMalformed(wire.toBuilder().setSamples(0).build(), "samples");
        assertMalformed(wire.toBuilder().setJailId("no").build(), "jail_id");
        assertMalformed(wire.toBuilder().setRun("no").build(), "run");
        var counter = wire.getCounters(0).toBuilder();
        assertMalformed(
                wire.toBuilder().addCounters(counter.setFirst(11).setLast(10)).build(), "counter");
        assertMalformed(
                wire.toBuilder().addCounters(counter.setFirst(0).setLast(-1)).build(), "counter");
        assertMalformed(
                wire.toBuilder()
                        .addGauges(wire.getGauges(0).toBuilder().setP95(5))
                        .build(),
                "gauge");
        assertThatThrownBy(() -> FigureWire.batch(
                        Figures.newBuilder().setBatch("x".repeat(65)).build()))
                .isInstanceOf(MalformedMessage.class);
    }

    private static void assertMalformed(dev.bailiwick.protocol.v1.JailFigures wire, String field) {
        assertThatThrownBy(() -> FigureWire.fromWire(wire))
                .isInstanceOf(MalformedMessage.class)
                .hasMessageContaining(field);
    }
}
