package dev.bailiwick.server.account.quota;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.database.RowAccess;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Sums what jails have. Nothing keeps the sums, so they cannot drift. A sum is exact while the row of its customer, or of its host, is
 * locked: whatever adds to it needs that lock, and what adds to a customer of a reseller also needs that of the reseller.
 */
@Component
public class Usages {

    private static final String SUMS = """
            SELECT count(*) AS jails, least(coalesce(sum(j.memory_bytes), 0), 9223372036854775807)::bigint AS memory,
                coalesce(sum(j.cpu_millis), 0) AS cpu_millis,
                count(*) FILTER (WHERE j.memory_bytes IS NULL) AS without_memory,
                count(*) FILTER (WHERE j.cpu_millis IS NULL) AS without_cpu,
            """;

    /**
     * A reseller has what its customers have, too. A jail that is being removed does not count any more, nor does an address that it gives
     * up.
     */
    private static final String OF_CUSTOMER = SUMS + """
                coalesce(sum((SELECT count(*) FROM jail_address a WHERE a.jail_id = j.id AND a.leaves_with IS NULL)), 0) AS addresses,
                least(coalesce(sum(v.disk_bytes), 0), 9223372036854775807)::bigint AS disk,
                count(*) FILTER (WHERE v.disk_bytes IS NULL) AS without_disk
            FROM jail j LEFT JOIN plan_version v ON v.id = j.plan_version_id
            WHERE j.customer_id = ANY (ARRAY(SELECT c.id FROM customer c WHERE c.reseller_id = :owner) || :owner::uuid)
                AND j.retired_at IS NULL AND j.id <> ALL (:except::uuid[])
            """;

    /** A jail that is being removed counts until its host has removed it. Hosts promise no disk. */
    private static final String OF_HOST = SUMS + """
                0 AS addresses, 0 AS disk, 0 AS without_disk
            FROM jail j WHERE j.host_id = :owner AND NOT j.files_only AND j.id <> ALL (:except::uuid[])
            """;

    private final JdbcClient jdbc;

    Usages(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Returns what the jails of the customer have, with those of its customers. */
    public Usage of(CustomerId customer) {
        return of(customer, List.of());
    }

    /** Returns what the jails of the customer have, with those of its customers, except these. */
    public Usage of(CustomerId customer, Collection<JailId> except) {
        return sums(OF_CUSTOMER, customer.value(), except);
    }

    /** Returns what the jails of the host have, except these. */
    public Usage of(HostId host, Collection<JailId> except) {
        return sums(OF_HOST, host.value(), except);
    }

    private Usage sums(String statement, UUID owner, Collection<JailId> except) {
        // A sum is of all jails, also of those that the caller does not see.
        return RowAccess.everything()
                .call(() -> jdbc.sql(statement)
                        .param("owner", owner)
                        .param("except", texts(except))
                        .query((row, number) -> usage(row))
                        .single());
    }

    /** Returns what each of these jails has, with the addresses that it has now. */
    public Map<JailId, Usage> withAddresses(Map<JailId, Usage> jails) {
        Map<JailId, Usage> counted = new HashMap<>();
        jails.forEach((jail, usage) -> counted.put(jail, usage.withAddresses(0)));
        jdbc.sql("""
                        SELECT jail_id, count(*) AS addresses FROM jail_address
                        WHERE jail_id = ANY (:jails::uuid[]) AND leaves_with IS NULL GROUP BY jail_id
                        """).param("jails", texts(jails.keySet())).query(row -> {
            long addresses = row.getLong("addresses");
            counted.computeIfPresent(
                    new JailId(row.getObject("jail_id", UUID.class)), (_, usage) -> usage.withAddresses(addresses));
        });
        return counted;
    }

    private static Usage usage(ResultSet row) throws SQLException {
        return new Usage(
                row.getLong("jails"),
                row.getLong("memory"),
                row.getLong("cpu_millis"),
                row.getLong("addresses"),
                row.getLong("disk"),
                row.getLong("without_memory"),
                row.getLong("without_cpu"),
                row.getLong("without_disk"));
    }

    private static String[] texts(Collection<JailId> jails) {
        return jails.stream().map(JailId::toString).toArray(String[]::new);
    }
}
