package dev.bailiwick.server.jail.page;

import dev.bailiwick.jail.report.StepTiming;
import dev.bailiwick.server.jail.timeline.ChangeTimeline;
import dev.bailiwick.server.jail.view.JailStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A chart of the steps of a change over time. If the steps of the server are known, those of the host are between them.
 * The clocks of host and server are not compared: the host's steps begin when it reported that it has the definition,
 * or earlier if they would otherwise end after its report.
 *
 * @param ticks the times at which the quarters of the lane begin
 * @param total the time from the start of the first step to the end of the last
 */
record TimelineChart(List<Bar> steps, List<String> ticks, String total) {

    private static final String SERVER = "server";
    private static final String HOST = "host";
    private static final double LANE = 1000;
    private static final double MIN_VISIBLE = 4;

    /**
     * @param place {@code server} or {@code host}
     * @param x the start of the bar, in thousandths of the lane
     * @param width the width of the bar, in thousandths of the lane
     */
    record Bar(String name, String place, long x, long width, String started, String took, boolean longest) {}

    /** A step on the server or on the host. */
    private record Timed(String place, StepTiming timing) {}

    static Optional<TimelineChart> of(JailStatus status) {
        return status.steps().isEmpty()
                ? Optional.empty()
                : Optional.of(draw(timings(status.timeline(), status.steps())));
    }

    private static List<Timed> timings(Optional<ChangeTimeline> timeline, List<StepTiming> steps) {
        return timeline.map(known -> join(known, steps))
                .orElseGet(
                        () -> steps.stream().map(step -> new Timed(HOST, step)).toList());
    }

    private static List<Timed> join(ChangeTimeline timeline, List<StepTiming> steps) {
        List<Timed> all = new ArrayList<>();
        long at = 0;
        at = add(all, "request", at, timeline.requestMicros());
        at = add(all, "commit", at, timeline.commitMicros());
        at = add(all, "push", at, timeline.pushMicros());
        at = add(all, "accept", at, timeline.acceptMicros());
        long first = Math.max(0, Math.min(at, timeline.totalMicros() - end(steps)));
        steps.forEach(step -> all.add(
                new Timed(HOST, new StepTiming(step.name(), first + step.startMicros(), step.durationMicros()))));
        long done = first + end(steps);
        add(all, "report", done, Math.max(0, timeline.totalMicros() - done));
        return all;
    }

    private static long add(List<Timed> all, String name, long start, long duration) {
        all.add(new Timed(SERVER, new StepTiming(name, start, duration)));
        return start + duration;
    }

    private static long end(List<StepTiming> steps) {
        return steps.stream()
                .mapToLong(step -> step.startMicros() + step.durationMicros())
                .max()
                .orElse(0);
    }

    private static TimelineChart draw(List<Timed> all) {
        List<StepTiming> timings = all.stream().map(Timed::timing).toList();
        long end = Math.max(1, end(timings));
        long longest =
                timings.stream().mapToLong(StepTiming::durationMicros).max().orElseThrow();
        List<Bar> bars = all.stream()
                .map(t -> bar(t.place, t.timing, end, all.size() > 1 && t.timing.durationMicros() == longest))
                .toList();
        List<String> ticks = List.of("0", micros(end / 4), micros(end / 2), micros(end * 3 / 4));
        return new TimelineChart(bars, ticks, micros(end));
    }

    private static Bar bar(String place, StepTiming timing, long end, boolean longest) {
        double width = Math.max(MIN_VISIBLE, LANE * timing.durationMicros() / end);
        double x = Math.min(LANE - width, LANE * timing.startMicros() / end);
        return new Bar(
                timing.name(),
                place,
                Math.round(x),
                Math.round(width),
                micros(timing.startMicros()),
                micros(timing.durationMicros()),
                longest);
    }

    /** Returns a duration with three significant digits, in the unit that suits its size. */
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
