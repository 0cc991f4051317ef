package dev.bailiwick.server.figure.chart;

import dev.bailiwick.jail.figure.Measure;
import dev.bailiwick.jail.figure.Metric;
import dev.bailiwick.jail.text.ByteSize;
import dev.bailiwick.jail.text.TimeText;
import dev.bailiwick.server.figure.chart.Step.GaugeOfStep;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * A chart on a page of figures, and the table of the same values.
 *
 * @param name for example {@code cpu} or {@code host-cpu}
 * @param unit {@code percent}, {@code bytes}, {@code rate} or {@code number}
 * @param step the time between rows without a gap, in seconds
 * @param rows none if it was not measured
 */
public record ShownChart(String name, String unit, long step, List<String> series, List<Row> rows) {

    /**
     * A row of the table.
     *
     * @param at the beginning of the step, in seconds since the epoch
     */
    public record Row(long at, String time, List<Value> values) {}

    /**
     * A value.
     *
     * @param number null if it was not measured in this step
     */
    public record Value(@Nullable String number, String text) {

        private static final Value NONE = new Value(null, "");
    }

    /** A line of the chart. */
    public record Series(String name, Function<Step, Optional<Value>> value) {}

    public static List<ShownChart> all(List<Step> steps, Duration step) {
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
                                gauge("mean", Metric.MEMORY, GaugeOfStep::mean),
                                gauge("p95", Metric.MEMORY, GaugeOfStep::p95),
                                gauge("maximum", Metric.MEMORY, GaugeOfStep::maximum))),
                chart(
                        steps,
                        step,
                        "network",
                        "rate",
                        List.of(
                                counter("received", Metric.RECEIVED_BYTES, used -> rate(used, step)),
                                counter("sent", Metric.SENT_BYTES, used -> rate(used, step)))));
    }

    public static ShownChart chart(List<Step> steps, Duration step, String name, String unit, List<Series> series) {
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

    public static Series counter(String name, Measure metric, Function<Long, Value> value) {
        return new Series(
                name, step -> Optional.<Long>ofNullable(step.used().get(metric)).map(value));
    }

    public static Series gauge(String name, Measure metric, ToLongFunction<GaugeOfStep> part) {
        return new Series(
                name,
                step -> Optional.<GaugeOfStep>ofNullable(step.gauges().get(metric))
                        .map(part::applyAsLong)
                        .map(ShownChart::bytes));
    }

    public static Value bytes(long bytes) {
        return new Value(Long.toString(bytes), ByteSize.text(bytes));
    }

    /** @param micros of time in the step */
    public static Value percent(long micros, Duration step) {
        String number = String.format(Locale.ROOT, "%.2f", 100.0 * micros / (step.toSeconds() * 1e6));
        return new Value(number, number + " %");
    }

    public static Value rate(long bytes, Duration step) {
        long aSecond = bytes / step.toSeconds();
        return new Value(Long.toString(aSecond), ByteSize.text(aSecond) + "/s");
    }
}
