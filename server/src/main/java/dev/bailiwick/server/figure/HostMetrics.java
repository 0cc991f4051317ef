package dev.bailiwick.server.figure;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.figure.HostFigures;
import dev.bailiwick.jail.figure.HostMetric;
import dev.bailiwick.jail.figure.JailFigures.Counter;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.figure.chart.MetricWindow;
import dev.bailiwick.server.figure.chart.Step;
import dev.bailiwick.server.figure.chart.Step.GaugeOfStep;
import dev.bailiwick.server.host.HostNotFound;
import dev.bailiwick.server.host.Hosts;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** The figures of a host over time: its own, and those of its jails together. */
@Service
class HostMetrics {

    static final List<HostMetric> ALL = List.of(HostMetric.values());

    private final HostFigureRows rows;
    private final Hosts hosts;

    HostMetrics(HostFigureRows rows, Hosts hosts) {
        this.rows = rows;
        this.hosts = hosts;
    }

    /** What was measured in one step so far. */
    private static final class OpenStep {

        private final Map<HostMetric, Long> used = new EnumMap<>(HostMetric.class);
        private final Map<HostMetric, MeanOfGauges> gauges = new EnumMap<>(HostMetric.class);

        private void add(HostFigures figures, @Nullable HostFigures before) {
            figures.counters()
                    .forEach((metric, counter) -> used.merge(
                            metric,
                            used(
                                    counter,
                                    Optional.ofNullable(before)
                                            .flatMap(row -> Optional.ofNullable(
                                                    row.counters().get(metric)))),
                            Long::sum));
            figures.gauges()
                    .forEach((metric, gauge) -> gauges.computeIfAbsent(metric, _ -> new MeanOfGauges())
                            .add(gauge, figures.samples()));
        }

        /** A row that was lost is covered by the next one of the run. */
        private static long used(Counter counter, Optional<Counter> before) {
            return Math.max(0, counter.last() - before.map(Counter::last).orElse(counter.first()));
        }

        private Step close(Instant at) {
            Map<HostMetric, GaugeOfStep> closed = new EnumMap<>(HostMetric.class);
            gauges.forEach((metric, gauge) -> gauge.gauge()
                    .ifPresent(one ->
                            closed.put(metric, new GaugeOfStep(one.minimum(), one.mean(), one.maximum(), one.p95()))));
            return new Step(at, used, closed);
        }
    }

    /**
     * Returns the steps in which the host was measured, in order.
     *
     * @throws HostNotFound if the host does not exist
     */
    @Transactional(readOnly = true)
    public List<Step> of(Caller caller, HostId host, MetricWindow window) {
        caller.require(Scope.HOSTS_READ);
        HostId known =
                hosts.find(host).orElseThrow(() -> new HostNotFound(host)).id();
        TreeMap<Instant, OpenStep> steps = new TreeMap<>();
        HostFigures before = null;
        for (HostFigures row : rows.read(known, window)) {
            boolean isNext = before != null && before.run().equals(row.run());
            steps.computeIfAbsent(window.stepOf(row.slot()), _ -> new OpenStep())
                    .add(row, isNext ? before : null);
            before = row;
        }
        List<Step> closed = new ArrayList<>();
        steps.forEach((at, step) -> closed.add(step.close(at)));
        return closed;
    }
}
