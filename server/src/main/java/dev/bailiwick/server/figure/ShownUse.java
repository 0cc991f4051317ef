package dev.bailiwick.server.figure;

import dev.bailiwick.jail.figure.HostMetric;
import dev.bailiwick.server.figure.chart.ShownChart;
import dev.bailiwick.server.figure.chart.ShownChart.Value;
import dev.bailiwick.server.figure.chart.Step;
import dev.bailiwick.server.host.HostPromises;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How much of one thing a host has, promises and uses now, as its page shows it.
 *
 * @param measure {@code cpu} or {@code memory}
 * @param promised the limits of its jails together
 * @param jails what its jails used in the last slot; empty text if that is not known
 * @param used what was used in all
 */
record ShownUse(String measure, String capacity, String promised, String jails, String used) {

    /**
     * @param last the last slot of five minutes; empty if there is none of late
     * @param length of the slot
     */
    static List<ShownUse> of(HostPromises promises, Optional<Step> last, Duration length) {
        return List.of(
                new ShownUse(
                        "cpu",
                        HostCharts.ofCpus(promises.cpuMillis().has()).text(),
                        HostCharts.ofCpus(promises.cpuMillis().promised()).text(),
                        time(last, HostMetric.JAILS_CPU_TIME, length),
                        time(last, HostMetric.CPU_TIME, length)),
                new ShownUse(
                        "memory",
                        ShownChart.bytes(promises.memory().has()).text(),
                        ShownChart.bytes(promises.memory().promised()).text(),
                        mean(last, HostMetric.JAILS_MEMORY),
                        mean(last, HostMetric.MEMORY)));
    }

    private static String time(Optional<Step> last, HostMetric metric, Duration length) {
        return last.flatMap(step -> Optional.<Long>ofNullable(step.used().get(metric)))
                .map(micros -> ShownChart.percent(micros, length))
                .map(Value::text)
                .orElse("");
    }

    private static String mean(Optional<Step> last, HostMetric metric) {
        return last.flatMap(step ->
                        Optional.<Step.GaugeOfStep>ofNullable(step.gauges().get(metric)))
                .map(gauge -> ShownChart.bytes(gauge.mean()).text())
                .orElse("");
    }
}
