package dev.bailiwick.protocol;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.figure.HostFigures;
import dev.bailiwick.jail.figure.HostMetric;
import dev.bailiwick.jail.figure.JailFigures;
import dev.bailiwick.jail.figure.Measure;
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
import java.util.function.Function;

/** Converts the figures of jails and hosts to and from their messages. A metric that only the other side knows is left out. */
public final class FigureWire {

    private static final int MAX_BATCH_CHARACTERS = 64;

    private FigureWire() {}

    public static dev.bailiwick.protocol.v1.JailFigures toWire(JailFigures figures) {
        return toWire(figures.run(), figures.slot(), figures.samples(), figures.counters(), figures.gauges())
                .setJailId(figures.jail().toString())
                .build();
    }

    public static dev.bailiwick.protocol.v1.JailFigures toWire(HostFigures figures) {
        return toWire(figures.run(), figures.slot(), figures.samples(), figures.counters(), figures.gauges())
                .build();
    }

    private static dev.bailiwick.protocol.v1.JailFigures.Builder toWire(
            UUID run,
            Instant slot,
            int samples,
            Map<? extends Measure, JailFigures.Counter> counters,
            Map<? extends Measure, JailFigures.Gauge> gauges) {
        var wire = dev.bailiwick.protocol.v1.JailFigures.newBuilder()
                .setRun(run.toString())
                .setSlotEpochSeconds(slot.getEpochSecond())
                .setSamples(samples);
        counters.forEach((metric, counter) -> wire.addCounters(Counter.newBuilder()
                .setMetric(metric.text())
                .setFirst(counter.first())
                .setLast(counter.last())));
        gauges.forEach((metric, gauge) -> wire.addGauges(Gauge.newBuilder()
                .setMetric(metric.text())
                .setMinimum(gauge.minimum())
                .setMean(gauge.mean())
                .setMaximum(gauge.maximum())
                .setP95(gauge.p95())));
        return wire;
    }

    /** Whether the figures are those of the host itself. */
    public static boolean isOfHost(dev.bailiwick.protocol.v1.JailFigures wire) {
        return wire.getJailId().isEmpty();
    }

    /** @throws MalformedMessage if no version of {@link #toWire(JailFigures)} can have written the message */
    public static JailFigures fromWire(dev.bailiwick.protocol.v1.JailFigures wire) {
        JailId jail = Field.read("jail_id", () -> JailId.parse(wire.getJailId()));
        UUID run = Field.read("run", () -> CanonicalUuid.parse(wire.getRun()));
        return Field.read(
                "figures of jail " + jail + ",",
                () -> new JailFigures(
                        jail,
                        run,
                        slot(wire),
                        wire.getSamples(),
                        counters(Metric.class, wire, Metric::named),
                        gauges(Metric.class, wire, Metric::named)));
    }

    /** @throws MalformedMessage if no version of {@link #toWire(HostFigures)} can have written the message */
    public static HostFigures hostFromWire(dev.bailiwick.protocol.v1.JailFigures wire) {
        UUID run = Field.read("run", () -> CanonicalUuid.parse(wire.getRun()));
        return Field.read(
                "figures of the host,",
                () -> new HostFigures(
                        run,
                        slot(wire),
                        wire.getSamples(),
                        counters(HostMetric.class, wire, HostMetric::named),
                        gauges(HostMetric.class, wire, HostMetric::named)));
    }

    private static Instant slot(dev.bailiwick.protocol.v1.JailFigures wire) {
        return Instant.ofEpochSecond(Math.clamp(wire.getSlotEpochSeconds(), -1, ReportWire.LATEST.getEpochSecond()));
    }

    private static <M extends Enum<M> & Measure> Map<M, JailFigures.Counter> counters(
            Class<M> type, dev.bailiwick.protocol.v1.JailFigures wire, Function<String, Optional<M>> named) {
        Map<M, JailFigures.Counter> counters = new EnumMap<>(type);
        for (Counter counter : wire.getCountersList()) {
            named.apply(counter.getMetric())
                    .filter(metric -> metric.kind() == Metric.Kind.COUNTER)
                    .ifPresent(metric ->
                            counters.put(metric, new JailFigures.Counter(counter.getFirst(), counter.getLast())));
        }
        return counters;
    }

    private static <M extends Enum<M> & Measure> Map<M, JailFigures.Gauge> gauges(
            Class<M> type, dev.bailiwick.protocol.v1.JailFigures wire, Function<String, Optional<M>> named) {
        Map<M, JailFigures.Gauge> gauges = new EnumMap<>(type);
        for (Gauge gauge : wire.getGaugesList()) {
            named.apply(gauge.getMetric())
                    .filter(metric -> metric.kind() == Metric.Kind.GAUGE)
                    .ifPresent(metric -> gauges.put(
                            metric,
                            new JailFigures.Gauge(
                                    gauge.getMinimum(), gauge.getMean(), gauge.getMaximum(), gauge.getP95())));
        }
        return gauges;
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
