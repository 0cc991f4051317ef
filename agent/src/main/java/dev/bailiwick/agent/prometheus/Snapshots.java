package dev.bailiwick.agent.prometheus;

import dev.bailiwick.agent.figure.LatestFigures;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.figure.HostMetric;
import dev.bailiwick.jail.figure.Measure;
import dev.bailiwick.jail.figure.Metric;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** Gives the figures of the last sample the names and units of Prometheus: seconds, bytes, and snake case. */
final class Snapshots {

    private static final Pattern UPPER = Pattern.compile("[A-Z]");

    private Snapshots() {}

    /** Returns the metrics of the host, with those of all jails together, and of the agent. Nothing in them is about a single jail. */
    static MetricSnapshots ofHost(LatestFigures latest, String version) {
        MetricSnapshots.Builder all = MetricSnapshots.builder();
        for (HostMetric metric : HostMetric.values()) {
            Long value = latest.host().get(metric);
            if (value != null) {
                all.metricSnapshot(snapshot("bailiwick_host_", metric, Map.of(Labels.EMPTY, value)));
            }
        }
        all.metricSnapshot(gauge(
                "bailiwick_host_jails",
                "Jails that run.",
                Labels.EMPTY,
                latest.jails().size()));
        ProcessHandle.Info agent = ProcessHandle.current().info();
        all.metricSnapshot(gauge(
                "bailiwick_agent_version",
                "Always 1; the label is the version of the agent.",
                Labels.of("version", version),
                1));
        all.metricSnapshot(gauge(
                "bailiwick_agent_start_time_seconds",
                "When the agent was started, in seconds since the epoch.",
                Labels.EMPTY,
                agent.startInstant().map(Instant::getEpochSecond).orElse(0L)));
        all.metricSnapshot(CounterSnapshot.builder()
                .name("bailiwick_agent_cpu_seconds")
                .help("CPU time of the agent.")
                .dataPoint(CounterDataPointSnapshot.builder()
                        .value(agent.totalCpuDuration().orElse(Duration.ZERO).toMillis() / 1e3)
                        .build())
                .build());
        Runtime memory = Runtime.getRuntime();
        return all.metricSnapshot(
                        gauge("bailiwick_agent_heap_bytes", "Memory of the agent's objects.", Labels.EMPTY, (double)
                                (memory.totalMemory() - memory.freeMemory())))
                .build();
    }

    /** Returns the metrics of each jail, by its id. */
    static MetricSnapshots ofJails(LatestFigures latest) {
        MetricSnapshots.Builder all = MetricSnapshots.builder();
        for (Metric metric : Metric.values()) {
            Map<Labels, Long> values = new LinkedHashMap<>();
            for (Map.Entry<JailId, Map<Metric, Long>> jail : latest.jails().entrySet()) {
                Long value = jail.getValue().get(metric);
                if (value != null) {
                    values.put(Labels.of("jail", jail.getKey().toString()), value);
                }
            }
            if (!values.isEmpty()) {
                all.metricSnapshot(snapshot("bailiwick_jail_", metric, values));
            }
        }
        return all.build();
    }

    private static MetricSnapshot snapshot(String prefix, Measure metric, Map<Labels, Long> values) {
        String name = prefix + name(metric);
        return switch (metric.kind()) {
            case COUNTER -> {
                CounterSnapshot.Builder counter = CounterSnapshot.builder().name(name);
                values.forEach((labels, value) -> counter.dataPoint(CounterDataPointSnapshot.builder()
                        .labels(labels)
                        .value(value(metric, value))
                        .build()));
                yield counter.build();
            }
            case GAUGE -> {
                GaugeSnapshot.Builder gauge = GaugeSnapshot.builder().name(name);
                values.forEach((labels, value) -> gauge.dataPoint(GaugeDataPointSnapshot.builder()
                        .labels(labels)
                        .value(value(metric, value))
                        .build()));
                yield gauge.build();
            }
        };
    }

    /** Returns for example {@code cpu_time_seconds} for {@code cpuTime}; the writer adds {@code _total} to counters. */
    private static String name(Measure metric) {
        String snake = UPPER.matcher(metric.text()).replaceAll("_$0").toLowerCase(Locale.ROOT);
        return switch (metric.unit()) {
            case MICROSECONDS -> snake + "_seconds";
            case BYTES -> snake.endsWith("_bytes") ? snake : snake + "_bytes";
            case HUNDREDTHS, NUMBER -> snake;
        };
    }

    private static double value(Measure metric, long value) {
        return switch (metric.unit()) {
            case MICROSECONDS -> value / 1e6;
            case HUNDREDTHS -> value / 1e2;
            case BYTES, NUMBER -> value;
        };
    }

    private static MetricSnapshot gauge(String name, String help, Labels labels, double value) {
        return GaugeSnapshot.builder()
                .name(name)
                .help(help)
                .dataPoint(GaugeDataPointSnapshot.builder()
                        .labels(labels)
                        .value(value)
                        .build())
                .build();
    }
}
