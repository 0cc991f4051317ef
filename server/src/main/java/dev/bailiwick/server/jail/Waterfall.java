package dev.bailiwick.server.jail;

import dev.bailiwick.jail.StepTiming;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The steps of a change drawn against time.
 *
 * @param ticks when each quarter of the lane begins
 * @param total from the start of the first to the end of the last
 */
record Waterfall(List<Bar> steps, List<String> ticks, String total) {

    private static final double LANE = 1000;
    private static final double LEAST_VISIBLE = 4;

    /**
     * @param x where the bar begins, in thousandths of the lane
     * @param width how much of the lane it takes, in thousandths
     */
    record Bar(String name, long x, long width, String started, String took, boolean longest) {}

    static Optional<Waterfall> of(List<StepTiming> timings) {
        if (timings.isEmpty()) {
            return Optional.empty();
        }
        long end = Math.max(
                1,
                timings.stream()
                        .mapToLong(t -> t.startMicros() + t.durationMicros())
                        .max()
                        .orElseThrow());
        long longest =
                timings.stream().mapToLong(StepTiming::durationMicros).max().orElseThrow();
        List<Bar> bars = timings.stream()
                .map(t -> bar(t, end, timings.size() > 1 && t.durationMicros() == longest))
                .toList();
        List<String> ticks = List.of("0", micros(end / 4), micros(end / 2), micros(end * 3 / 4));
        return Optional.of(new Waterfall(bars, ticks, micros(end)));
    }

    private static Bar bar(StepTiming timing, long end, boolean longest) {
        double width = Math.max(LEAST_VISIBLE, LANE * timing.durationMicros() / end);
        double x = Math.min(LANE - width, LANE * timing.startMicros() / end);
        return new Bar(
                timing.name(),
                Math.round(x),
                Math.round(width),
                micros(timing.startMicros()),
                micros(timing.durationMicros()),
                longest);
    }

    /** A duration with three significant digits, in the unit a person would choose. */
    static String micros(long micros) {
        if (micros < 1_000) {
            return micros + " µs";
        }
        if (micros < 1_000_000) {
            return String.format(Locale.ROOT, micros < 10_000 ? "%.2f ms" : "%.1f ms", micros / 1e3);
        }
        return String.format(Locale.ROOT, "%.2f s", micros / 1e6);
    }
}
