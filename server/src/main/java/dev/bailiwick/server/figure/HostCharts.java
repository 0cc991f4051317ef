package dev.bailiwick.server.figure;

import dev.bailiwick.jail.figure.HostMetric;
import dev.bailiwick.server.figure.chart.ShownChart;
import dev.bailiwick.server.figure.chart.ShownChart.Series;
import dev.bailiwick.server.figure.chart.ShownChart.Value;
import dev.bailiwick.server.figure.chart.Step;
import dev.bailiwick.server.figure.chart.Step.GaugeOfStep;
import dev.bailiwick.server.host.HostPromises;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/** The charts of a host: what it and its jails used, beside what it has and promises now. */
final class HostCharts {

    private HostCharts() {}

    /** @param promises empty if the host has never connected */
    static List<ShownChart> of(List<Step> steps, Duration step, Optional<HostPromises> promises) {
        List<Series> cpu = new ArrayList<>(
                List.of(time("used", HostMetric.CPU_TIME, step), time("jails", HostMetric.JAILS_CPU_TIME, step)));
        List<Series> memory = new ArrayList<>(List.of(
                ShownChart.gauge("used", HostMetric.MEMORY, GaugeOfStep::mean),
                ShownChart.gauge("jails", HostMetric.JAILS_MEMORY, GaugeOfStep::mean),
                ShownChart.gauge("swap", HostMetric.SWAP, GaugeOfStep::mean)));
        promises.ifPresent(known -> {
            cpu.add(always("capacity", ofCpus(known.cpuMillis().has())));
            cpu.add(always("promised", ofCpus(known.cpuMillis().promised())));
            memory.add(always("capacity", ShownChart.bytes(known.memory().has())));
            memory.add(always("promised", ShownChart.bytes(known.memory().promised())));
        });
        return List.of(
                ShownChart.chart(steps, step, "host-cpu", "percent", cpu),
                ShownChart.chart(steps, step, "host-memory", "bytes", memory),
                ShownChart.chart(
                        steps,
                        step,
                        "host-network",
                        "rate",
                        List.of(
                                rate("received", HostMetric.JAILS_RECEIVED_BYTES, step),
                                rate("sent", HostMetric.JAILS_SENT_BYTES, step))),
                ShownChart.chart(
                        steps,
                        step,
                        "host-pressure",
                        "percent",
                        List.of(
                                time("cpu", HostMetric.CPU_PRESSURE, step),
                                time("memory", HostMetric.MEMORY_PRESSURE, step),
                                time("io", HostMetric.IO_PRESSURE, step))),
                ShownChart.chart(
                        steps,
                        step,
                        "host-load",
                        "number",
                        List.of(load("mean", GaugeOfStep::mean), load("maximum", GaugeOfStep::maximum))),
                ShownChart.chart(
                        steps,
                        step,
                        "host-disk",
                        "bytes",
                        List.of(ShownChart.gauge("free", HostMetric.DISK_FREE, GaugeOfStep::minimum))));
    }

    private static Series time(String name, HostMetric metric, Duration step) {
        return ShownChart.counter(name, metric, used -> ShownChart.percent(used, step));
    }

    private static Series rate(String name, HostMetric metric, Duration step) {
        return ShownChart.counter(name, metric, used -> ShownChart.rate(used, step));
    }

    private static Series load(String name, ToLongFunction<GaugeOfStep> part) {
        Function<Long, Value> value = hundredths -> {
            String number = String.format(Locale.ROOT, "%.2f", hundredths / 100.0);
            return new Value(number, number);
        };
        return new Series(
                name,
                step -> Optional.<GaugeOfStep>ofNullable(step.gauges().get(HostMetric.LOAD))
                        .map(part::applyAsLong)
                        .map(value));
    }

    private static Series always(String name, Value value) {
        return new Series(name, _ -> Optional.of(value));
    }

    /** Returns thousandths of a CPU as percents of one. */
    static Value ofCpus(long millis) {
        String number = String.format(Locale.ROOT, "%.2f", millis / 10.0);
        return new Value(number, number + " %");
    }
}
