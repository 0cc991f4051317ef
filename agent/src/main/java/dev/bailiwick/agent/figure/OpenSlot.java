package dev.bailiwick.agent.figure;

import static dev.bailiwick.agent.kernel.JailMetrics.ABSENT;

import dev.bailiwick.agent.kernel.JailMetrics.Run;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.figure.JailFigures;
import dev.bailiwick.jail.figure.Metric;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The samples of one run of a jail in the current slot. Adding one allocates nothing. */
final class OpenSlot {

    private static final List<Metric> COUNTERS = Metric.counters();
    private static final List<Metric> GAUGES = Metric.gauges();

    private final JailId jail;
    private final Run run;
    private final SlotSamples<Metric> samples;
    private final long[] latest = new long[Metric.values().length];
    private long round;

    /** @param isNew whether all of the run is to be counted, and not only what follows the first sample */
    OpenSlot(JailId jail, Run run, boolean isNew) {
        this.jail = jail;
        this.run = run;
        this.samples = new SlotSamples<>(Metric.class, COUNTERS, GAUGES);
        for (int i = 0; isNew && i < COUNTERS.size(); i++) {
            samples.countFromZero(i);
        }
    }

    /**
     * Adds a sample, also to the sums of the host.
     *
     * @param values by {@code Metric.index()}
     * @param round the number of the sample of all jails
     */
    void add(long[] values, HostSlot host, long round) {
        this.round = round;
        System.arraycopy(values, 0, latest, 0, latest.length);
        for (int i = 0; i < COUNTERS.size(); i++) {
            Metric metric = COUNTERS.get(i);
            long value = values[metric.index()];
            host.addCounter(metric, run, samples.last(i), value);
            samples.addCounter(i, value);
        }
        for (int i = 0; i < GAUGES.size(); i++) {
            Metric metric = GAUGES.get(i);
            host.addGauge(metric, values[metric.index()]);
            samples.addGauge(i, values[metric.index()]);
        }
        samples.next();
    }

    JailId jail() {
        return jail;
    }

    /** Whether the run was measured in this sample. */
    boolean isOf(long sample) {
        return round == sample;
    }

    /** Puts what the last sample measured into {@code values}. */
    void putLatest(Map<Metric, Long> values) {
        for (Metric metric : Metric.values()) {
            if (latest[metric.index()] != ABSENT) {
                values.put(metric, latest[metric.index()]);
            }
        }
    }

    /** Returns the figures of the slot, and begins the next one; empty if there were no samples. */
    Optional<JailFigures> close(Instant slot) {
        if (samples.count() == 0) {
            return Optional.empty();
        }
        JailFigures figures =
                new JailFigures(jail, run.id(), slot, samples.count(), samples.counters(), samples.gauges());
        samples.clear();
        return Optional.of(figures);
    }
}
