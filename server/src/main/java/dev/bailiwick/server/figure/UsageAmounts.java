package dev.bailiwick.server.figure;

import dev.bailiwick.jail.figure.Metric;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The parts of statements about what each jail used in a month: {@code amounts}, which has a row for each jail and customer, from the
 * figures or as it is sealed. Nothing of a request is in these texts.
 */
final class UsageAmounts {

    /** The names of the columns for the counters. */
    static final List<String> COUNTERS =
            Metric.counters().stream().map(FigureColumns::of).toList();

    /** The columns of {@code amounts}, and of the table of sealed amounts. */
    static final String COLUMNS = "customer_id, jail_id, customer_name, customer_external_id, jail_name, external_id, "
            + String.join(", ", COUNTERS);

    private UsageAmounts() {}

    /**
     * Returns the beginning of a statement that computes all amounts from the figures, with the parameters {@code from} and {@code to}.
     */
    static String metered() {
        return metered("true", "true");
    }

    /**
     * Returns the same for some customers and jails. A run may have been another customer's before, so the statement reads all readings of
     * the jails, and needs access to them.
     *
     * @param reach which rows count, as a condition on {@code f}
     */
    static String meteredWithin(String reach) {
        return metered(
                "f.jail_id IN (SELECT f.jail_id FROM figure_hour f WHERE f.slot >= :from AND f.slot < :to AND " + reach
                        + ")",
                reach);
    }

    private static String metered(String rows, String reach) {
        return FigureColumns.used("figure_hour", rows) + """
                , amounts AS (
                    SELECT u.customer_id, u.jail_id, c.name AS customer_name, c.external_id AS customer_external_id,
                        coalesce(j.name, g.name) AS jail_name, coalesce(j.external_id, g.external_id) AS external_id, %s
                    FROM (SELECT * FROM used f WHERE f.slot >= :from AND %s) AS u JOIN customer c ON c.id = u.customer_id
                    LEFT JOIN jail j ON j.id = u.jail_id AND j.customer_id = u.customer_id
                    LEFT JOIN removed_jail g ON j.id IS NULL AND g.id = u.jail_id AND g.customer_id = u.customer_id
                    GROUP BY 1, 2, 3, 4, 5, 6
                )
                """.formatted(sums("u."), reach);
    }

    /**
     * Returns the beginning of a statement that reads the amounts of a month as they are sealed, with the parameter {@code period}.
     *
     * @param reach which rows count, as a condition on {@code f}
     */
    static String sealed(String reach) {
        return "WITH amounts AS (SELECT f.* FROM sealed_usage f WHERE f.period = :period AND " + reach + ") ";
    }

    /** Returns an aggregate for each counter, in a column with its name. */
    static String sums(String prefix) {
        return COUNTERS.stream()
                .map(column -> FigureColumns.sum(prefix + column) + " AS " + column)
                .collect(Collectors.joining(", "));
    }

    /** Reads the counters that were measured from the columns whose names begin so. */
    static Map<Metric, Long> read(ResultSet row, String prefix) throws SQLException {
        Map<Metric, Long> used = new EnumMap<>(Metric.class);
        for (Metric metric : Metric.counters()) {
            long value = row.getLong(prefix + FigureColumns.of(metric));
            if (!row.wasNull()) {
                used.put(metric, value);
            }
        }
        return used;
    }
}
