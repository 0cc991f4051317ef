package dev.bailiwick.jail.figure;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.validation.InvalidValue;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;

/**
 * The figures of one jail in one slot of five minutes, from one cgroup or one network link.
 *
 * @param run different for each cgroup and each link; counters begin at 0 with it
 * @param slot the beginning of the slot, a multiple of five minutes since the epoch
 * @param samples how often the figures were read in the slot
 */
public record JailFigures(
        JailId jail, UUID run, Instant slot, int samples, Map<Metric, Counter> counters, Map<Metric, Gauge> gauges) {

    /** How long a slot is. */
    public static final Duration SLOT = Duration.ofMinutes(5);

    private static final int MAX_SAMPLES = 100_000;

    /** More bytes than a link carries in a century. */
    private static final long MAX_VALUE = 1L << 60;

    /** @throws InvalidValue if the slot does not begin with a slot, a number is out of range, or a metric is of the other kind */
    public JailFigures {
        requireSlot(slot, samples);
        counters = copy(Metric.class, counters, Metric.Kind.COUNTER);
        gauges = copy(Metric.class, gauges, Metric.Kind.GAUGE);
    }

    static void requireSlot(Instant slot, int samples) {
        if (slot.getNano() != 0 || slot.getEpochSecond() % SLOT.toSeconds() != 0 || slot.getEpochSecond() < 0) {
            throw new InvalidValue("slot must be a multiple of 300 seconds");
        }
        if (samples < 1 || samples > MAX_SAMPLES) {
            throw new InvalidValue("samples must be 1 to " + MAX_SAMPLES);
        }
    }

    static <M extends Enum<M> & Measure, T> Map<M, T> copy(Class<M> type, Map<M, T> figures, Metric.Kind kind) {
        Map<M, T> copy = new EnumMap<>(type);
        figures.forEach((metric, figure) -> {
            if (metric.kind() != kind) {
                throw new InvalidValue(metric.text() + " is no " + kind.name().toLowerCase(Locale.ROOT));
            }
            copy.put(metric, figure);
        });
        return Collections.unmodifiableMap(copy);
    }

    /**
     * A counter.
     *
     * @param first the reading before the slot; 0 if the run began in it
     * @param last the last reading in the slot
     */
    public record Counter(long first, long last) {

        /** @throws InvalidValue if the readings are not {@code 0 <= first <= last <= 2^60} */
        public Counter {
            if (first < 0 || last < first || last > MAX_VALUE) {
                throw new InvalidValue("readings of a counter must be 0 <= first <= last <= 2^60");
            }
        }
    }

    /**
     * A gauge.
     *
     * @param mean rounded down
     * @param p95 the smallest value that is not exceeded by 95 % of the samples
     */
    public record Gauge(long minimum, long mean, long maximum, long p95) {

        /** @throws InvalidValue if mean and p95 do not lie between minimum and maximum, or these not between 0 and 2^60 */
        public Gauge {
            if (minimum < 0
                    || maximum > MAX_VALUE
                    || !isWithin(minimum, mean, maximum)
                    || !isWithin(minimum, p95, maximum)) {
                throw new InvalidValue("values of a gauge must be 0 <= minimum <= mean and p95 <= maximum <= 2^60");
            }
        }

        private static boolean isWithin(long minimum, long value, long maximum) {
            return value >= minimum && value <= maximum;
        }
    }
}
