package dev.bailiwick.server.figure;

import dev.bailiwick.jail.figure.Metric;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The columns of the tables of figures, and the parts of statements that name all of them. Nothing of a request is in these texts. */
final class FigureColumns {

    static final List<String> GAUGE_PARTS = List.of("minimum", "mean", "maximum", "p95");

    /** The columns for counters and gauges, separated by commas. */
    static final String ALL = list(FigureColumns::columns, column -> column);

    /**
     * Orders the rows of a run with the same slot, of which there are two if the jail became another customer's in it: counters never
     * decrease, and a run has either of these.
     */
    private static final List<String> LAST_READINGS =
            List.of("cpu_time_last", "received_packets_last", "sent_packets_last");

    /** Puts the latest row {@code f} of a run first. */
    static final String LATEST_FIRST = "f.slot DESC, "
            + LAST_READINGS.stream().map(column -> "f." + column + " DESC").collect(Collectors.joining(", "));

    private FigureColumns() {}

    /** Returns the column with the name of a metric; those in the tables begin with it. */
    static String of(Metric metric) {
        return metric.name().toLowerCase(Locale.ROOT);
    }

    private static Stream<String> columns(Metric metric) {
        return switch (metric.kind()) {
            case COUNTER -> Stream.of(of(metric) + "_first", of(metric) + "_last");
            case GAUGE -> GAUGE_PARTS.stream().map(part -> of(metric) + "_" + part);
        };
    }

    /** Returns a list of all columns, each as {@code form} writes it. */
    static String all(Function<String, String> form) {
        return list(FigureColumns::columns, form);
    }

    /** Returns the assignments with which a second row about the same slot changes the first. They do not depend on which came first. */
    static String merged() {
        return Stream.of(Metric.values())
                .flatMap(metric -> columns(metric).map(column -> switch (metric.kind()) {
                    case COUNTER ->
                        "%1$s = %2$s(f.%1$s, excluded.%1$s)"
                                .formatted(column, column.endsWith("_first") ? "least" : "greatest");
                    // If two agents saw parts of a slot, the one counts that saw more.
                    case GAUGE ->
                        "%1$s = CASE WHEN excluded.samples > f.samples THEN coalesce(excluded.%1$s, f.%1$s) ELSE coalesce(f.%1$s, excluded.%1$s) END"
                                .formatted(column);
                }))
                .collect(Collectors.joining(", "));
    }

    /** Returns the assignments with which counters take over what they did not have. */
    private static Stream<String> extended(Metric metric) {
        return columns(metric)
                .map(column -> "%1$s = %2$s(h.%1$s, excluded.%1$s)"
                        .formatted(column, column.endsWith("_first") ? "least" : "greatest"));
    }

    /**
     * Returns the assignments with which an hour that was computed again changes its row. Counters keep what late readings of a closed month
     * have added.
     */
    static String recomputed() {
        return Stream.of(Metric.values())
                .flatMap(metric -> switch (metric.kind()) {
                    case COUNTER -> extended(metric);
                    case GAUGE -> columns(metric).map(column -> column + " = excluded." + column);
                })
                .collect(Collectors.joining(", "));
    }

    /** Returns the columns of counters, separated by commas. */
    static String counters() {
        return Metric.counters().stream().flatMap(FigureColumns::columns).collect(Collectors.joining(", "));
    }

    /**
     * Returns one expression for each column of a counter that sums up several slots of a run. The last reading is at least that of the
     * row {@code e}: the latest row of a run has its highest reading.
     */
    static String late() {
        return Metric.counters().stream()
                .flatMap(FigureColumns::columns)
                .map(column -> column.endsWith("_first")
                        ? summary(column)
                        : "greatest(max(f.%1$s), max(e.%1$s))".formatted(column))
                .collect(Collectors.joining(", "));
    }

    /** Returns the assignments with which late readings change a row of their run. */
    static String added() {
        return Metric.counters().stream().flatMap(FigureColumns::extended).collect(Collectors.joining(", "));
    }

    /** Returns one expression for each column that sums up several slots of a run. */
    static String byTheHour() {
        return Stream.of(Metric.values())
                .flatMap(metric -> columns(metric).map(FigureColumns::summary))
                .collect(Collectors.joining(", "));
    }

    private static String summary(String column) {
        if (column.endsWith("_first") || column.endsWith("_minimum")) {
            return "min(f." + column + ")";
        }
        return column.endsWith("_mean") ? weightedMean("f." + column, "f.samples") : "max(f." + column + ")";
    }

    /** Returns an aggregate: the sum, at most the largest number of 64 bits; NULL if nothing was measured. */
    static String sum(String column) {
        return "CASE WHEN sum(%1$s) > 9223372036854775807 THEN 9223372036854775807 ELSE sum(%1$s) END::bigint"
                .formatted(column);
    }

    /** Returns an aggregate: the mean of means, of which each stands for so many samples. */
    static String weightedMean(String mean, String samples) {
        return "(sum(%1$s::numeric * %2$s) / sum(%2$s) FILTER (WHERE %1$s IS NOT NULL))::bigint"
                .formatted(mean, samples);
    }

    /**
     * Returns a query for what each row adds to each counter, in a column with the metric's name, beside the columns of gauges. A counter never
     * decreases within a run. So a row adds what its reading is above the highest earlier one, or above the reading before the run's first
     * row; a row that comes late, again or not at all changes no sum over the others.
     *
     * @param table {@code figure} or {@code figure_hour}
     * @param condition which rows, as a condition on {@code f}; with the parameters {@code from} and {@code to} for the slots
     */
    static String used(String table, String condition) {
        String used = Metric.counters().stream()
                .map(metric -> """
                        CASE WHEN %1$s_last IS NOT NULL
                            THEN greatest(0, %1$s_last - coalesce(max(%1$s_last) OVER earlier, %1$s_first)) END AS %1$s
                        """.formatted(of(metric)).strip())
                .collect(Collectors.joining(", "));
        String gauges = Metric.gauges().stream().flatMap(FigureColumns::columns).collect(Collectors.joining(", "));
        return """
                WITH chosen AS (
                    SELECT f.* FROM %1$s f WHERE f.slot >= :from AND f.slot < :to AND %2$s
                ), readings AS (
                    SELECT * FROM chosen
                    UNION ALL
                    SELECT before.* FROM (SELECT DISTINCT jail_id, run FROM chosen) AS r
                    CROSS JOIN LATERAL (SELECT f.* FROM %1$s f
                        WHERE f.jail_id = r.jail_id AND f.run = r.run AND f.slot < :from AND %2$s
                        ORDER BY %6$s LIMIT 1) AS before
                ), used AS (
                    SELECT jail_id, customer_id, slot, samples, %3$s, %4$s
                    FROM readings
                    WINDOW earlier AS (PARTITION BY jail_id, run ORDER BY slot, %5$s
                        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
                )
                """.formatted(table, condition, used, gauges, String.join(", ", LAST_READINGS), LATEST_FIRST);
    }

    private static String list(Function<Metric, Stream<String>> columns, Function<String, String> form) {
        return Stream.of(Metric.values()).flatMap(columns).map(form).collect(Collectors.joining(", "));
    }
}
