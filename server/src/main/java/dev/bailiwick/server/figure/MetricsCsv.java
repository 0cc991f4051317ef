package dev.bailiwick.server.figure;

import dev.bailiwick.jail.figure.Measure;
import dev.bailiwick.server.figure.chart.Step;
import dev.bailiwick.server.figure.chart.Step.GaugeOfStep;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes figures as comma-separated values. */
final class MetricsCsv {

    private MetricsCsv() {}

    /** Returns a line for each step, with the names of the columns in the first one (RFC 4180). All values are numbers and times. */
    static byte[] of(Collection<? extends Measure> all, List<Step> steps) {
        List<Measure> shown = Step.measured(all, steps);
        StringBuilder text = new StringBuilder("at");
        for (Measure metric : shown) {
            switch (metric.kind()) {
                case COUNTER -> text.append(',').append(metric.text());
                case GAUGE ->
                    FigureColumns.GAUGE_PARTS.forEach(part ->
                            text.append(',').append(metric.text()).append('.').append(part));
            }
        }
        for (Step step : steps) {
            text.append("\r\n").append(step.at());
            for (Measure metric : shown) {
                switch (metric.kind()) {
                    case COUNTER -> text.append(',').append(text(step.used().get(metric)));
                    case GAUGE -> append(text, step.gauges().get(metric));
                }
            }
        }
        return text.append("\r\n").toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void append(StringBuilder text, @Nullable GaugeOfStep gauge) {
        if (gauge == null) {
            text.append(",,,,");
            return;
        }
        text.append(',').append(gauge.minimum()).append(',').append(gauge.mean());
        text.append(',').append(gauge.maximum()).append(',').append(gauge.p95());
    }

    private static String text(@Nullable Long value) {
        return value == null ? "" : value.toString();
    }
}
