package dev.bailiwick.server.figure.chart;

import dev.bailiwick.jail.figure.JailFigures;
import dev.bailiwick.server.problem.InvalidRequest;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * For which time figures are shown, and in what steps.
 *
 * @param from the beginning of the first step
 * @param to the end of the last step
 * @param step 5 minutes or a multiple; from an hour on, of an hour
 */
public record MetricWindow(Instant from, Instant to, Duration step) {

    public static final int MAX_STEPS = 2_016;

    /** How long figures of five minutes are kept. */
    private static final Duration FINE = Duration.ofDays(35);

    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration USUAL = Duration.ofDays(1);
    private static final int USUAL_STEPS = 400;

    /**
     * Reads the parameters of a request.
     *
     * @param from an instant such as {@code 2026-11-30T12:00:00Z}; null for a day before {@code to}
     * @param to null for now
     * @param step a duration such as {@code PT1H}; null for one with which there are at most 400 steps
     * @throws InvalidRequest naming the parameter that is invalid
     */
    public static MetricWindow parse(@Nullable String from, @Nullable String to, @Nullable String step, Instant now) {
        Instant end = to == null ? now : instant("/to", to);
        Instant begin = from == null ? end.minus(USUAL) : instant("/from", from);
        if (!begin.isBefore(end)) {
            throw new InvalidRequest("/from", "must be before to");
        }
        Duration length = Duration.between(begin, end);
        boolean isFine = begin.isAfter(now.minus(FINE));
        Duration chosen = step == null ? usualStep(length, isFine) : step(step, isFine);
        Instant first = floor(begin, chosen);
        long steps = (Duration.between(first, end).toSeconds() + chosen.toSeconds() - 1) / chosen.toSeconds();
        if (steps > MAX_STEPS) {
            throw new InvalidRequest("/step", "is too short for this time: there would be more than 2,016 steps");
        }
        return new MetricWindow(first, first.plus(chosen.multipliedBy(Math.max(1, steps))), chosen);
    }

    private static Duration usualStep(Duration length, boolean isFine) {
        return Stream.of(JailFigures.SLOT, HOUR, HOUR.multipliedBy(6), Duration.ofDays(1))
                .filter(step -> isFine || step.compareTo(HOUR) >= 0)
                .filter(step -> length.dividedBy(step) <= USUAL_STEPS)
                .findFirst()
                .orElse(Duration.ofDays(7));
    }

    private static Duration step(String text, boolean isFine) {
        Duration step;
        try {
            step = Duration.parse(text);
        } catch (DateTimeParseException e) {
            throw new InvalidRequest("/step", "must be a duration such as PT5M or PT1H");
        }
        Duration unit = step.compareTo(HOUR) < 0 ? JailFigures.SLOT : HOUR;
        if (step.compareTo(JailFigures.SLOT) < 0
                || step.compareTo(Duration.ofDays(366)) > 0
                || step.toMillis() % unit.toMillis() != 0) {
            throw new InvalidRequest("/step", "must be a multiple of PT5M, and from PT1H on of PT1H, up to P366D");
        }
        if (!isFine && step.compareTo(HOUR) < 0) {
            throw new InvalidRequest("/step", "must be PT1H or more for figures that are older than 35 days");
        }
        return step;
    }

    private static Instant instant(String pointer, String text) {
        return Optional.of(text)
                .map(given -> {
                    try {
                        return Instant.parse(given);
                    } catch (DateTimeParseException e) {
                        throw new InvalidRequest(pointer, "must be a time such as 2026-11-30T12:00:00Z");
                    }
                })
                .filter(time -> time.isAfter(Instant.EPOCH) && time.isBefore(Instant.parse("9999-01-01T00:00:00Z")))
                .orElseThrow(() -> new InvalidRequest(pointer, "must be a time between 1970 and 9999"));
    }

    /** Returns the beginning of the step in which this time is. */
    public Instant stepOf(Instant time) {
        return floor(time, step);
    }

    private static Instant floor(Instant time, Duration step) {
        return Instant.ofEpochSecond(time.getEpochSecond() / step.toSeconds() * step.toSeconds());
    }

    /** Returns the table with figures of jails for such steps. */
    public String table() {
        return step.compareTo(HOUR) < 0 ? "figure" : "figure_hour";
    }

    /** Returns the table with figures of hosts for such steps. */
    public String hostTable() {
        return "host_" + table();
    }
}
