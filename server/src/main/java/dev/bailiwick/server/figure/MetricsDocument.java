package dev.bailiwick.server.figure;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.bailiwick.jail.figure.Measure;
import dev.bailiwick.server.figure.chart.Marker;
import dev.bailiwick.server.figure.chart.MetricWindow;
import dev.bailiwick.server.figure.chart.Step;
import dev.bailiwick.server.figure.chart.Step.GaugeOfStep;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The figures of a jail, or of a host.
 *
 * @param step a duration in ISO 8601
 * @param metrics those that the host measured in this time
 * @param markers what happened to the jail in this time, in order; none of a host
 */
record MetricsDocument(
        Instant from, Instant to, String step, List<MetricDocument> metrics, List<MarkerDocument> markers) {

    /**
     * One metric.
     *
     * @param kind {@code counter} or {@code gauge}
     * @param unit {@code microseconds}, {@code bytes}, {@code number}, or {@code hundredths} of a number
     * @param points one for each step in which it was measured
     */
    record MetricDocument(String name, String kind, String unit, List<PointDocument> points) {}

    /**
     * One step.
     *
     * @param at the beginning of the step
     * @param used what was used in the step; of counters only
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record PointDocument(
            Instant at,
            @Nullable Long used,
            @Nullable Long minimum,
            @Nullable Long mean,
            @Nullable Long maximum,
            @Nullable Long p95) {}

    /**
     * Something that happened.
     *
     * @param at the time; for {@code started} and {@code oomKilled}, the beginning of the step
     * @param kind {@code started}, {@code changed} (the definition) or {@code oomKilled}
     * @param count how often, from 1
     */
    record MarkerDocument(Instant at, String kind, long count) {}

    /** @param all the metrics that there may be, in the order in which they are listed */
    static MetricsDocument of(
            MetricWindow window, Collection<? extends Measure> all, List<Step> steps, List<Marker> markers) {
        return new MetricsDocument(
                window.from(),
                window.to(),
                window.step().toString(),
                Step.measured(all, steps).stream()
                        .map(metric -> new MetricDocument(
                                metric.text(),
                                metric.kind().name().toLowerCase(Locale.ROOT),
                                metric.unit().text(),
                                points(metric, steps)))
                        .toList(),
                markers.stream()
                        .map(marker ->
                                new MarkerDocument(marker.at(), marker.kind().text(), marker.count()))
                        .toList());
    }

    private static List<PointDocument> points(Measure metric, List<Step> steps) {
        List<PointDocument> points = new ArrayList<>();
        for (Step step : steps) {
            Long used = step.used().get(metric);
            GaugeOfStep gauge = step.gauges().get(metric);
            if (used != null) {
                points.add(new PointDocument(step.at(), used, null, null, null, null));
            } else if (gauge != null) {
                points.add(new PointDocument(
                        step.at(), null, gauge.minimum(), gauge.mean(), gauge.maximum(), gauge.p95()));
            }
        }
        return points;
    }
}
