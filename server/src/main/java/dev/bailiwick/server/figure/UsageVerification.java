package dev.bailiwick.server.figure;

import dev.bailiwick.jail.figure.Metric;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.figure.UsageSeals.Seal;
import dev.bailiwick.server.problem.InvalidRequest;
import java.sql.Date;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Computes a sealed month again from the readings that are kept, and compares. */
@Service
class UsageVerification {

    /** At most so many jails with differences are named. */
    static final int MAX_NAMED = 1_000;

    private final JdbcClient jdbc;
    private final UsageSeals seals;

    UsageVerification(JdbcClient jdbc, UsageSeals seals) {
        this.jdbc = jdbc;
        this.seals = seals;
    }

    /**
     * An amount that is not as it was sealed.
     *
     * @param sealed null if none is sealed
     * @param computed null if the readings have none
     */
    record Difference(
            UUID customer,
            UUID jail,
            Metric metric,
            @Nullable Long sealed,
            @Nullable Long computed) {}

    /**
     * What was found.
     *
     * @param digest of the rows that are stored now, in hexadecimal
     * @param more whether further jails have differences
     */
    record Result(Seal seal, String digest, List<Difference> differences, boolean more) {

        boolean isEqual() {
            return differences.isEmpty() && digest.equals(seal.digest());
        }
    }

    private record DifferingJail(List<Difference> differences) {}

    /** @throws InvalidRequest if the month is not sealed */
    @Transactional(readOnly = true)
    Result verify(Caller caller, YearMonth month) {
        caller.require(Scope.USAGE_READ);
        caller.require(Right.SEE);
        Seal seal =
                seals.find(month).orElseThrow(() -> new InvalidRequest("/period", "must be a month that is sealed"));
        Date period = Date.valueOf(month.atDay(1));
        String digest = jdbc.sql("SELECT usage_digest(?)")
                .param(period)
                .query((row, _) -> HexFormat.of().formatHex(row.getBytes(1)))
                .single();
        List<DifferingJail> jails = jdbc.sql(UsageAmounts.metered()
                        + """
                        SELECT coalesce(s.customer_id, a.customer_id) AS customer, coalesce(s.jail_id, a.jail_id) AS jail, %s, %s
                        FROM amounts a FULL JOIN (SELECT * FROM sealed_usage WHERE period = :period) AS s
                            ON s.customer_id = a.customer_id AND s.jail_id = a.jail_id
                        WHERE (%s) IS DISTINCT FROM (%s) ORDER BY 1, 2 LIMIT :most
                        """.formatted(
                                        columns("s.%1$s AS sealed_%1$s"),
                                        columns("a.%1$s AS computed_%1$s"),
                                        columns("s.%s"),
                                        columns("a.%s")))
                .param("period", period)
                .param("from", Timestamp.from(UsageSeals.start(month)))
                .param("to", Timestamp.from(UsageSeals.start(month.plusMonths(1))))
                .param("most", MAX_NAMED + 1)
                .query((row, _) -> differing(row))
                .list();
        return new Result(
                seal,
                digest,
                jails.stream()
                        .limit(MAX_NAMED)
                        .flatMap(jail -> jail.differences().stream())
                        .toList(),
                jails.size() > MAX_NAMED);
    }

    private static String columns(String form) {
        return UsageAmounts.COUNTERS.stream().map(form::formatted).collect(Collectors.joining(", "));
    }

    private static DifferingJail differing(ResultSet row) throws SQLException {
        Map<Metric, Long> sealed = UsageAmounts.read(row, "sealed_");
        Map<Metric, Long> computed = UsageAmounts.read(row, "computed_");
        UUID customer = row.getObject("customer", UUID.class);
        UUID jail = row.getObject("jail", UUID.class);
        List<Difference> differences = new ArrayList<>();
        for (Metric metric : Metric.counters()) {
            Long was = sealed.get(metric);
            Long is = computed.get(metric);
            if (was == null ? is != null : !was.equals(is)) {
                differences.add(new Difference(customer, jail, metric, was, is));
            }
        }
        return new DifferingJail(differences);
    }
}
