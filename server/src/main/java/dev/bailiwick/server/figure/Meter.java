package dev.bailiwick.server.figure;

import dev.bailiwick.jail.figure.Metric;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.database.RowAccess;
import dev.bailiwick.server.figure.UsageSeals.Seal;
import java.sql.Date;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.YearMonth;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * What jails used in a month, for bills. It is computed from the figures by the hour, which outlive the jails: the sum of the positive
 * differences between the readings of each run. A difference counts for the hour of its second reading. A sealed month is read as it is
 * sealed.
 */
@Service
class Meter {

    /** For what a line sums up. */
    enum Group {
        CUSTOMER("customer", "NULL::uuid", "NULL::text", "customer_external_id"),
        /** The jails of a customer with the same external id; those without one together. */
        EXTERNAL_ID("externalId", "NULL::uuid", "NULL::text", "external_id"),
        JAIL("jail", "jail_id", "jail_name", "external_id");

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

    /**
     * What was used in a month.
     *
     * @param sealedAt null if the month is not sealed, so that the amounts may still grow
     */
    record Month(YearMonth period, @Nullable Instant sealedAt, List<Usage> usage) {}

    /** What a caller sees who does not see everything: all of some customers, and what jails used that were chosen for them. */
    private static final String REACH = """
            (f.customer_id = ANY (:customers::uuid[]) OR f.jail_id = ANY (:jails::uuid[]) AND EXISTS (SELECT FROM jail_grant t
                WHERE t.user_id = :user AND t.jail_id = f.jail_id AND t.customer_id = f.customer_id))
            """;

    private final JdbcClient jdbc;
    private final UsageSeals seals;

    Meter(JdbcClient jdbc, UsageSeals seals) {
        this.jdbc = jdbc;
        this.seals = seals;
    }

    /**
     * Returns what the jails that the caller may see used in a month of UTC, in the order of customers and jails. A jail that was another
     * customer's for some time has a line for each.
     */
    @Transactional(readOnly = true)
    Month of(Caller caller, YearMonth month, Group group) {
        caller.require(Scope.USAGE_READ);
        Map<String, Object> parameters = new HashMap<>();
        String reach = "true";
        String externalId = group.externalId;
        boolean isWhole = caller.seesInstallation();
        if (!isWhole) {
            // How staff files a customer is for staff alone.
            externalId = group == Group.CUSTOMER ? "NULL::text" : group.externalId;
            reach = REACH;
            parameters.put("user", caller.user().value());
            parameters.put("customers", array(caller.access().wholeCustomers()));
            parameters.put("jails", array(caller.access().jails().keySet()));
        }
        Optional<Seal> seal = seals.find(month);
        String amounts;
        if (seal.isPresent()) {
            amounts = UsageAmounts.sealed(reach);
            parameters.put("period", Date.valueOf(month.atDay(1)));
        } else {
            amounts = isWhole ? UsageAmounts.metered() : UsageAmounts.meteredWithin(reach);
            parameters.put("from", Timestamp.from(UsageSeals.start(month)));
            parameters.put("to", Timestamp.from(UsageSeals.start(month.plusMonths(1))));
        }
        String statement = amounts + """
                SELECT customer_id, customer_name, %1$s AS jail, %2$s AS name, %3$s AS external, %4$s
                FROM amounts GROUP BY 1, 2, 3, 4, 5 ORDER BY customer_name, 1, 5, 3
                """.formatted(group.jail, group.name, externalId, UsageAmounts.sums(""));
        // The statement itself limits what it returns to the reach; for that, it reads what others used before.
        List<Usage> usage = isWhole || seal.isPresent()
                ? read(statement, parameters)
                : RowAccess.everything().call(() -> read(statement, parameters));
        return new Month(month, seal.map(Seal::sealedAt).orElse(null), usage);
    }

    private List<Usage> read(String statement, Map<String, Object> parameters) {
        return jdbc.sql(statement)
                .params(parameters)
                .query((row, _) -> usage(row))
                .list();
    }

    private static String array(Collection<?> ids) {
        return ids.stream().map(String::valueOf).collect(Collectors.joining(",", "{", "}"));
    }

    private static Usage usage(ResultSet row) throws SQLException {
        return new Usage(
                row.getObject("customer_id", UUID.class),
                row.getString("customer_name"),
                row.getObject("jail", UUID.class),
                row.getString("name"),
                row.getString("external"),
                UsageAmounts.read(row, ""));
    }
}
