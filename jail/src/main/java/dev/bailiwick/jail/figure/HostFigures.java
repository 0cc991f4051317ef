package dev.bailiwick.jail.figure;

import dev.bailiwick.jail.figure.JailFigures.Counter;
import dev.bailiwick.jail.figure.JailFigures.Gauge;
import dev.bailiwick.jail.validation.InvalidValue;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;

/**
 * The figures of a host in one slot of five minutes, as one run of its agent measured them.
 *
 * @param run different for each run of the agent; counters of jails begin at 0 with it
 * @param slot the beginning of the slot, a multiple of five minutes since the epoch
 * @param samples how often the figures were read in the slot
 */
public record HostFigures(
        UUID run, Instant slot, int samples, Map<HostMetric, Counter> counters, Map<HostMetric, Gauge> gauges) {

    /** @throws InvalidValue if the slot does not begin with a slot, a number is out of range, or a metric is of the other kind */
    public HostFigures {
        JailFigures.requireSlot(slot, samples);
        counters = JailFigures.copy(HostMetric.class, counters, Metric.Kind.COUNTER);
        gauges = JailFigures.copy(HostMetric.class, gauges, Metric.Kind.GAUGE);
    }
}
