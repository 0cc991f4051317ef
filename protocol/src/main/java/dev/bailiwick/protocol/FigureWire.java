package dev.bailiwick.protocol;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.figure.JailFigures;
import dev.bailiwick.jail.figure.Metric;
import dev.bailiwick.jail.validation.CanonicalUuid;
import dev.bailiwick.protocol.v1.Counter;
import dev.bailiwick.protocol.v1.Figures;
import dev.bailiwick.protocol.v1.Gauge;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Converts the figures of jails to and from their messages. A metric that only the other side knows is left out. */
public final class FigureWire {

    private static final int MAX_BATCH_CHARACTERS = 64;

    private FigureWire() {}

    public static dev.bailiwick.protocol.v1.JailFigures toWire(JailFigures figures) {
        var wire = dev.bailiwick.protocol.v1.JailFigures.newBuilder()
                .setJailId(figures.jail().toString())
                .setRun(figures.run().toString())
                .setSlotEpochSeconds(figures.slot().getEpochSecond())
                .setSamples(figures.samples());
        figures.counters()
                .forEach((metric, counter) -> wire.addCounters(Counter.newBuilder()
                        .setMetric(metric.text())
                        .setFirst(counter.first())
                        .setLast(counter.last())));
        figures.gauges()
                .forEach((metric, gauge) -> wire.addGauges(Gauge.newBuilder()
                        .setMetric(metric.text())
                        .setMinimum(gauge.minimum())
                        .setMean(gauge.mean())
                        .setMaximum(gauge.maximum())
                        .setP95(gauge.p95())));
        return wire.build();
    }

    /** @throws MalformedMessage if no version of {@link #toWire} can have written the message */
    public static JailFigures fromWire(dev.bailiwick.protocol.v1.JailFigures wire) {
        JailId jail = Field.read("jail_id", () -> JailId.parse(wire.getJailId()));
        UUID run = Field.read("run", () -> CanonicalUuid.parse(wire.getRun()));
        return Field.read("figures of jail " + jail + ",", () -> {
            Map<Metric, JailFigures.Counter> counters = new EnumMap<>(Metric.class);
            for (Counter counter : wire.getCountersList()) {
                named(counter.getMetric(), Metric.Kind.COUNTER)
                        .ifPresent(metric ->
                                counters.put(metric, new JailFigures.Counter(counter.getFirst(), counter.getLast())));
            }
            Map<Metric, JailFigures.Gauge> gauges = new EnumMap<>(Metric.class);
            for (Gauge gauge : wire.getGaugesList()) {
                named(gauge.getMetric(), Metric.Kind.GAUGE)
                        .ifPresent(metric -> gauges.put(
                                metric,
                                new JailFigures.Gauge(
                                        gauge.getMinimum(), gauge.getMean(), gauge.getMaximum(), gauge.getP95())));
            }
            long seconds = Math.clamp(wire.getSlotEpochSeconds(), -1, ReportWire.LATEST.getEpochSecond());
            return new JailFigures(jail, run, Instant.ofEpochSecond(seconds), wire.getSamples(), counters, gauges);
        });
    }

    private static Optional<Metric> named(String name, Metric.Kind kind) {
        return Metric.named(name).filter(metric -> metric.kind() == kind);
    }

    /**
     * Returns the name of a batch, which its answer repeats.
     *
     * @throws MalformedMessage if the name is too long
     */
    public static String batch(Figures batch) {
        if (batch.getBatch().length() > MAX_BATCH_CHARACTERS) {
            throw new MalformedMessage("the name of a batch of figures has more than 64 characters", null);
        }
        return batch.getBatch();
    }
}
