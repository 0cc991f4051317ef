package dev.bailiwick.server.figure;

import dev.bailiwick.jail.figure.Metric;
import dev.bailiwick.jail.text.ByteSize;
import dev.bailiwick.jail.text.TimeText;
import dev.bailiwick.server.figure.JailMetrics.GaugeOfStep;
import dev.bailiwick.server.figure.JailMetrics.Step;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * A chart on the page of a jail's figures, and the table of the same values.
 *
 * @param name {@code cpu}, {@code memory} or {@code network}
 * @param unit {@code percent}, {@code bytes} or {@code rate}
 * @param step the time between rows without a gap, in seconds
 * @param rows none if the host does not measure it, or the jail did not run
 */
record ShownChart(String name, String unit, long step, List<String> series, List<Row> rows) {

    /**
     * A row of the table.
     *
     * @param at the beginning of the step, in seconds since the epoch
     */
    record Row(long at, String time, List<Value> values) {}

    /**
     * A value.
     *
     * @param number null if it was not measured in this step
     */
    record Value(@Nullable String number, String text) {

        private static final Value NONE = new Value(null, "");
    }

    private record Series(String name, Function<Step, Optional<Value>> value) {}

    static List<ShownChart> all(List<Step> steps, Duration step) {
        return List.of(
                chart(
                        steps,
                        step,
                        "cpu",
                        "percent",
                        List.of(counter("used", Metric.CPU_TIME, used -> percent(used, step)))),
                chart(
                        steps,
                        step,
                        "memory",
                        "bytes",
                        List.of(
                                gauge("mean", GaugeOfStep::mean),
                                gauge("p95", GaugeOfStep::p95),
                                gauge("maximum", GaugeOfStep::maximum))),
                chart(
                        steps,
                        step,
                        "network",
                        "rate",
                        List.of(
                                counter("received", Metric.RECEIVED_BYTES, used -> rate(used, step)),
                                counter("sent", Metric.SENT_BYTES, used -> rate(used, step)))));
    }

    private static ShownChart chart(List<Step> steps, Duration step, String name, String unit, List<Series> series) {
        List<Row> rows = new ArrayList<>();
        for (Step one : steps) {
            List<Value> values = series.stream()
                    .map(each -> each.value.apply(one).orElse(Value.NONE))
                    .toList();
            if (values.stream().anyMatch(value -> value.number != null)) {
                rows.add(new Row(one.at().getEpochSecond(), TimeText.of(one.at()), values));
            }
        }
        return new ShownChart(
                name, unit, step.toSeconds(), series.stream().map(Series::name).toList(), rows);
    }

    private static Series counter(String name, Metric metric, Function<Long, Value> value) {
        return new Series(
                name, step -> Optional.ofNullable(step.used().get(metric)).map(value));
    }

    private static Series gauge(String name, ToLongFunction<GaugeOfStep> part) {
        return new Series(
                name,
                step -> Optional.ofNullable(step.gauges().get(Metric.MEMORY))
                        .map(part::applyAsLong)
                        .map(bytes -> new Value(Long.toString(bytes), ByteSize.text(bytes))));
    }

    private static Value percent(long micros, Duration step) {
        String number = String.format(Locale.ROOT, "%.2f", 100.0 * micros / (step.toSeconds() * 1e6));
        return new Value(number, number + " %");
    }

    private static Value rate(long bytes, Duration step) {
        long aSecond = bytes / step.toSeconds();
        return new Value(Long.toString(aSecond), ByteSize.text(aSecond) + "/s");
    }
}
