package dev.bailiwick.server.figure;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.figure.Metric;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.database.RowAccess;
import dev.bailiwick.server.figure.chart.MetricWindow;
import dev.bailiwick.server.figure.chart.Step;
import dev.bailiwick.server.figure.chart.Step.GaugeOfStep;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.view.JailView;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** The figures of a jail over time. */
@Service
class JailMetrics {

    static final List<Metric> ALL = List.of(Metric.values());

    private final JdbcClient jdbc;
    private final Jails jails;

    JailMetrics(JdbcClient jdbc, Jails jails) {
        this.jdbc = jdbc;
        this.jails = jails;
    }

    /**
     * Returns the steps in which the jail ran, in order.
     *
     * @throws dev.bailiwick.server.jail.intent.JailNotFound if the jail does not exist or the caller may not see it
     */
    @Transactional(readOnly = true)
    List<Step> of(Caller caller, JailId id, MetricWindow window) {
        JailView jail = jails.find(caller, id);
        String sums = Metric.counters().stream()
                .map(FigureColumns::of)
                .map(column -> FigureColumns.sum(column) + " AS " + column)
                .collect(Collectors.joining(", "));
        String gauges = Metric.gauges().stream()
                .map(FigureColumns::of)
                .flatMap(column -> Stream.of(
                        "min(" + column + "_minimum) AS " + column + "_minimum",
                        FigureColumns.weightedMean(column + "_mean", "samples") + " AS " + column + "_mean",
                        "max(" + column + "_maximum) AS " + column + "_maximum",
                        "max(" + column + "_p95) AS " + column + "_p95"))
                .collect(Collectors.joining(", "));
        // A run may have been another customer's before, whose use is not that of this one: its readings are needed,
        // and not shown.
        return RowAccess.everything()
                .call(() -> jdbc.sql(
                                FigureColumns.used(window.table(), "f.jail_id = :jail") + """
                        SELECT date_bin(make_interval(secs => :step), slot, 'epoch') AS at, %s, %s
                        FROM used WHERE slot >= :from AND customer_id = :customer GROUP BY at ORDER BY at
                        """.formatted(sums, gauges))
                        .param("jail", jail.id().value())
                        .param("customer", jail.customer().value())
                        .param("from", Timestamp.from(window.from()))
                        .param("to", Timestamp.from(window.to()))
                        .param("step", window.step().toSeconds())
                        .query((row, _) -> step(row))
                        .list());
    }

    private static Step step(ResultSet row) throws SQLException {
        Map<Metric, Long> used = new EnumMap<>(Metric.class);
        for (Metric metric : Metric.counters()) {
            long value = row.getLong(FigureColumns.of(metric));
            if (!row.wasNull()) {
                used.put(metric, value);
            }
        }
        Map<Metric, GaugeOfStep> gauges = new EnumMap<>(Metric.class);
        for (Metric metric : Metric.gauges()) {
            String column = FigureColumns.of(metric);
            long minimum = row.getLong(column + "_minimum");
            if (!row.wasNull()) {
                gauges.put(
                        metric,
                        new GaugeOfStep(
                                minimum,
                                row.getLong(column + "_mean"),
                                row.getLong(column + "_maximum"),
                                row.getLong(column + "_p95")));
            }
        }
        return new Step(row.getTimestamp("at").toInstant(), used, gauges);
    }
}
