package dev.bailiwick.server.figure;

import dev.bailiwick.jail.figure.JailFigures.Gauge;
import java.math.BigInteger;
import java.util.Optional;

/** A gauge over several slots: its mean counts each sample once, its 95th percentile is the highest of theirs. */
final class MeanOfGauges {

    private BigInteger sum = BigInteger.ZERO;
    private long samples;
    private long minimum = Long.MAX_VALUE;
    private long maximum;
    private long p95;

    void add(Gauge gauge, int count) {
        sum = sum.add(BigInteger.valueOf(gauge.mean()).multiply(BigInteger.valueOf(count)));
        samples += count;
        minimum = Math.min(minimum, gauge.minimum());
        maximum = Math.max(maximum, gauge.maximum());
        p95 = Math.max(p95, gauge.p95());
    }

    /** Returns the gauge; empty if nothing was added. */
    Optional<Gauge> gauge() {
        if (samples == 0) {
            return Optional.empty();
        }
        long mean = sum.divide(BigInteger.valueOf(samples)).longValueExact();
        return Optional.of(new Gauge(minimum, mean, maximum, p95));
    }
}
