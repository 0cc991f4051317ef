package dev.bailiwick.server.figure;

import dev.bailiwick.jail.figure.Metric;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Scope;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * What jails used in a month, for bills. It is computed from the figures by the hour, which outlive the jails: the sum of the positive
 * differences between the readings of each run. A difference counts for the hour of its second reading.
 */
@Service
class Meter {

    /** For what a line sums up. */
    enum Group {
        CUSTOMER("customer", "NULL::uuid", "NULL::text", "c.external_id"),
        /** The jails of a customer with the same external id; those without one together. */
        EXTERNAL_ID("externalId", "NULL::uuid", "NULL::text", "coalesce(j.external_id, g.external_id)"),
        JAIL("jail", "u.jail_id", "coalesce(j.name, g.name)", "coalesce(j.external_id, g.external_id)");

        private final String text;
        private final String jail;
        private final String name;
        private final String externalId;

        Group(String text, String jail, String name, String externalId) {
            this.text = text;
            this.jail = jail;
            this.name = name;
            this.externalId = externalId;
        }

        /** Returns the API's word. */
        String text() {
            return text;
        }
    }

    /**
     * What was used.
     *
     * @param jail null if the line is about several
     * @param name of the jail; null too if nothing is known of it any more
     * @param externalId of the jails; for staff, of the customer if the line is about all of its jails
     * @param used what the hosts measured, by metric
     */
    record Usage(
            UUID customer,
            String customerName,
            @Nullable UUID jail,
            @Nullable String name,
            @Nullable String externalId,
            Map<Metric, Long> used) {}

    private final JdbcClient jdbc;

    Meter(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * Returns what the jails that the caller may see used in a month of UTC, in the order of customers and jails. A jail that was another
     * customer's for some time has a line for each.
     */
    @Transactional(readOnly = true)
    List<Usage> of(Caller caller, YearMonth month, Group group) {
        caller.require(Scope.USAGE_READ);
        Map<String, Object> parameters = new HashMap<>();
        parameters.put(
                "from",
                Timestamp.from(month.atDay(1).atStartOfDay(ZoneOffset.UTC).toInstant()));
        parameters.put(
                "to",
                Timestamp.from(month.plusMonths(1)
                        .atDay(1)
                        .atStartOfDay(ZoneOffset.UTC)
                        .toInstant()));
        String reach = "true";
        String externalId = group.externalId;
        if (!caller.seesInstallation()) {
            // How staff files a customer is for staff alone.
            externalId = group == Group.CUSTOMER ? "NULL::text" : group.externalId;
            reach = "(f.customer_id = ANY (:customers::uuid[]) OR f.jail_id = ANY (:jails::uuid[]))";
            parameters.put("customers", array(caller.access().wholeCustomers()));
            parameters.put("jails", array(caller.access().jails().keySet()));
        }
        String sums = Metric.counters().stream()
                .map(FigureColumns::of)
                .map(column -> FigureColumns.sum("u." + column) + " AS " + column)
                .collect(Collectors.joining(", "));
        return jdbc.sql(FigureColumns.used("figure_hour", reach)
                        + """
                        SELECT u.customer_id, c.name AS customer_name, %1$s AS jail_id, %2$s AS name, %3$s AS external_id, %4$s
                        FROM used u JOIN customer c ON c.id = u.customer_id
                        LEFT JOIN jail j ON j.id = u.jail_id AND j.customer_id = u.customer_id
                        LEFT JOIN removed_jail g ON j.id IS NULL AND g.id = u.jail_id AND g.customer_id = u.customer_id
                        WHERE u.slot >= :from GROUP BY 1, 2, 3, 4, 5 ORDER BY c.name, 1, 5, 3
                        """.formatted(group.jail, group.name, externalId, sums))
                .params(parameters)
                .query((row, _) -> usage(row))
                .list();
    }

    private static String array(Collection<?> ids) {
        return ids.stream().map(String::valueOf).collect(Collectors.joining(",", "{", "}"));
    }

    private static Usage usage(ResultSet row) throws SQLException {
        Map<Metric, Long> used = new EnumMap<>(Metric.class);
        for (Metric metric : Metric.counters()) {
            long value = row.getLong(FigureColumns.of(metric));
            if (!row.wasNull()) {
                used.put(metric, value);
            }
        }
        return new Usage(
                row.getObject("customer_id", UUID.class),
                row.getString("customer_name"),
                row.getObject("jail_id", UUID.class),
                row.getString("name"),
                row.getString("external_id"),
                used);
    }
}
