package dev.bailiwick.server.network;

import dev.bailiwick.jail.AddressRange;
import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.network.AddressSelection.AddressClaim;
import dev.bailiwick.server.network.AddressSelection.OwnResting;
import dev.bailiwick.server.network.AddressSelection.Pool;
import dev.bailiwick.server.network.Addresses.AddressRequest;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The statements that find and take addresses. {@link Addresses} runs them within the transaction of its caller. */
@Component
class AddressRows implements AddressSelection.FreeAddresses {

    /** True for a resting address {@code r} of a pool {@code p}. */
    static final String RESTS = "r.released_at > now() - make_interval(hours => p.quarantine_hours)";

    static final String END_OF_REST = "r.released_at + make_interval(hours => p.quarantine_hours)";

    /** True for an address {@code c} of a pool {@code p} that does not rest. */
    private static final String IS_RESTED =
            " AND NOT EXISTS (SELECT FROM resting_address r WHERE r.address = c.address AND " + RESTS + ")";

    /**
     * Selects the free addresses among the next ones after the last assigned one. The first and the last address of an IPv4 range are
     * never assigned, and neither is the first address of an IPv6 range (RFC 4291, 2.6.1). Ranges of one or two addresses are an
     * exception: all their addresses are assigned.
     */
    private static final String NEAREST_FREE = """
            WITH pool AS (
                SELECT *, masklen(range) >= CASE family(range) WHEN 4 THEN 31 ELSE 127 END AS tiny
                FROM address_pool WHERE id = :pool),
            candidates AS (SELECT last_assigned + step AS address FROM pool, generate_series(1, :wanted + 32) step)
            SELECT host(address) AS address FROM candidates c, pool p
            WHERE c.address <<= p.range AND (p.tiny OR family(p.range) = 6 OR c.address <> host(broadcast(p.range))::inet)
                AND (SELECT a.address FROM jail_address a WHERE a.address = c.address) IS NULL""" + IS_RESTED + " ORDER BY c.address LIMIT :wanted";

    /** Selects free addresses in the order in which they are assigned: those after the last assigned one, then those from the start. */
    private static final String NEXT_FREE = """
            WITH pool AS (
                SELECT *, masklen(range) >= CASE family(range) WHEN 4 THEN 31 ELSE 127 END AS tiny,
                    :wanted + (SELECT count(*) FROM jail_address a WHERE a.pool_id = :pool)
                        + (SELECT count(*) FROM resting_address r WHERE r.pool_id = :pool) AS enough,
                    host(broadcast(range))::inet AS last
                FROM address_pool WHERE id = :pool),
            bounded AS (
                SELECT *, CASE WHEN family(range) = 6 AND masklen(range) < 80 THEN enough
                    ELSE least(enough, last - host(range)::inet) END AS steps
                FROM pool),
            candidates AS (
                SELECT last_assigned + step AS address, 0 AS turn FROM bounded, generate_series(1, CASE
                    WHEN family(range) = 6 AND masklen(range) < 80 THEN steps ELSE least(steps, last - last_assigned) END) step
                UNION ALL
                SELECT host(range)::inet + step, 1 FROM bounded,
                    generate_series(CASE WHEN tiny THEN 0 ELSE 1 END, steps) step
                WHERE host(range)::inet + step <= last_assigned OR tiny)
            SELECT host(address) AS address FROM candidates c, pool p
            WHERE c.address <<= p.range AND (p.tiny OR family(p.range) = 6 OR c.address <> p.last)
                AND NOT EXISTS (SELECT FROM jail_address a WHERE a.address = c.address)""" + IS_RESTED + """

            GROUP BY c.address ORDER BY min(c.turn), c.address LIMIT :wanted
            """;

    private final JdbcClient jdbc;

    AddressRows(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * Locks the pools of these hosts, and the pools that serve all hosts. If addresses are to be chosen for one of the jails, no other
     * transaction chooses from these pools until this one ends.
     */
    List<Pool> lockPools(List<AddressRequest> requests) {
        boolean choosing =
                requests.stream().anyMatch(request -> request.choices().any());
        return jdbc.sql("""
                        SELECT id, range::text AS range, host_id FROM address_pool
                        WHERE host_id IS NULL OR host_id = ANY (:hosts::uuid[])
                        ORDER BY family(range), host_id IS NULL, range
                        """ + (choosing ? "FOR NO KEY UPDATE" : "FOR KEY SHARE"))
                .param(
                        "hosts",
                        requests.stream()
                                .map(request -> request.host().toString())
                                .distinct()
                                .toArray(String[]::new))
                .query((row, number) -> new Pool(
                        row.getObject("id", UUID.class),
                        AddressRange.parse(row.getString("range")),
                        host(row.getObject("host_id", UUID.class))))
                .list();
    }

    static Optional<HostId> host(@Nullable UUID host) {
        return Optional.ofNullable(host).map(HostId::new);
    }

    /** Inserts the claims, and returns the addresses that their jails now have, with whether they are new to them. Other jails have the rest. */
    Map<IpAddress, Boolean> insert(List<AddressClaim> claims) {
        return jdbc
                .sql("""
                        INSERT INTO jail_address (address, jail_id, pool_id, pool_range, additional)
                        SELECT claimed.address, claimed.jail, p.id, p.range, claimed.additional
                        FROM unnest(:addresses::inet[], :jails::uuid[], :pools::uuid[], :additional::boolean[])
                            AS claimed(address, jail, pool, additional)
                        JOIN address_pool p ON p.id = claimed.pool
                        ORDER BY claimed.address
                        ON CONFLICT (address) DO UPDATE SET leaves_with = NULL, additional = excluded.additional
                            WHERE jail_address.jail_id = excluded.jail_id
                        RETURNING host(address) AS address, xmax = 0 AS fresh
                        """)
                .param(
                        "addresses",
                        claims.stream().map(c -> c.address().toString()).toArray(String[]::new))
                .param("jails", claims.stream().map(c -> c.jail().toString()).toArray(String[]::new))
                .param(
                        "pools",
                        claims.stream().map(c -> c.pool().id().toString()).toArray(String[]::new))
                .param(
                        "additional",
                        claims.stream().map(AddressClaim::isAdditional).toArray(Boolean[]::new))
                .query((row, number) -> Map.entry(IpAddress.parse(row.getString("address")), row.getBoolean("fresh")))
                .list()
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    /**
     * Returns those of the claimed addresses that another customer had and that still rest, with the end of that. To be called after
     * they were inserted: an address may have been released while that waited.
     */
    Map<IpAddress, Instant> resting(List<AddressClaim> claims) {
        if (claims.isEmpty()) {
            return Map.of();
        }
        return jdbc
                .sql("SELECT host(r.address) AS address, " + END_OF_REST + """
                         AS until
                        FROM unnest(:addresses::inet[], :jails::uuid[]) AS claimed(address, jail)
                        JOIN resting_address r ON r.address = claimed.address JOIN address_pool p ON p.id = r.pool_id
                        JOIN jail j ON j.id = claimed.jail
                        WHERE r.customer_id IS DISTINCT FROM j.customer_id AND
                        """ + RESTS)
                .param(
                        "addresses",
                        claims.stream().map(c -> c.address().toString()).toArray(String[]::new))
                .param("jails", claims.stream().map(c -> c.jail().toString()).toArray(String[]::new))
                .query((row, number) -> Map.entry(
                        IpAddress.parse(row.getString("address")),
                        row.getTimestamp("until").toInstant()))
                .list()
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    @Override
    public List<OwnResting> ownResting(List<Pool> pools, Set<JailId> jails, int wanted) {
        return jdbc.sql("""
                        SELECT c.customer_id, p.id AS pool, host(own.address) AS address
                        FROM (SELECT DISTINCT customer_id FROM jail WHERE id = ANY (:jails::uuid[])) c
                        CROSS JOIN address_pool p
                        CROSS JOIN LATERAL (
                            SELECT r.address, r.released_at FROM resting_address r
                            WHERE r.customer_id = c.customer_id AND r.pool_id = p.id AND %s
                                AND NOT EXISTS (SELECT FROM jail_address a WHERE a.address = r.address)
                            ORDER BY r.released_at DESC LIMIT :wanted) own
                        WHERE p.id = ANY (:pools::uuid[])
                        ORDER BY own.released_at DESC, own.address
                        """.formatted(RESTS))
                .param("jails", jails.stream().map(JailId::toString).toArray(String[]::new))
                .param("pools", pools.stream().map(pool -> pool.id().toString()).toArray(String[]::new))
                .param("wanted", wanted)
                .query((row, number) -> new OwnResting(
                        row.getObject("customer_id", UUID.class),
                        row.getObject("pool", UUID.class),
                        IpAddress.parse(row.getString("address"))))
                .list();
    }

    @Override
    public Map<JailId, UUID> customers(Set<JailId> jails) {
        return jdbc
                .sql("SELECT id, customer_id FROM jail WHERE id = ANY (:jails::uuid[])")
                .param("jails", jails.stream().map(JailId::toString).toArray(String[]::new))
                .query((row, number) -> Map.entry(
                        new JailId(row.getObject("id", UUID.class)), row.getObject("customer_id", UUID.class)))
                .list()
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    /** Returns when the first address that rests in one of these pools can be chosen again; empty if none rests. */
    @Override
    public Optional<Instant> endOfFirstRest(List<Pool> pools) {
        return jdbc.sql("SELECT min(" + END_OF_REST + """
                        ) AS until FROM resting_address r JOIN address_pool p ON p.id = r.pool_id
                        WHERE p.id = ANY (:pools::uuid[])
                            AND NOT EXISTS (SELECT FROM jail_address a WHERE a.address = r.address) AND
                        """ + RESTS)
                .param("pools", pools.stream().map(pool -> pool.id().toString()).toArray(String[]::new))
                .query((row, number) -> Optional.ofNullable(row.getTimestamp("until")))
                .single()
                .map(Timestamp::toInstant);
    }

    /** Returns those of the addresses that jails had, and that their hosts have not yet released. */
    Set<IpAddress> leaving(List<IpAddress> taken) {
        if (taken.isEmpty()) {
            return Set.of();
        }
        return jdbc
                .sql("""
                        SELECT host(a.address) AS address FROM jail_address a JOIN jail j ON j.id = a.jail_id
                        WHERE a.address = ANY (:addresses::inet[]) AND (a.leaves_with IS NOT NULL OR j.retired_at IS NOT NULL)
                        """)
                .param("addresses", taken.stream().map(IpAddress::toString).toArray(String[]::new))
                .query((row, number) -> IpAddress.parse(row.getString("address")))
                .list()
                .stream()
                .collect(Collectors.toSet());
    }

    /**
     * Returns free addresses in the order in which they are assigned. Searches the whole range only if too few of the nearest are
     * free.
     */
    @Override
    public List<IpAddress> nextFree(Pool pool, int wanted) {
        List<IpAddress> nearest = free(NEAREST_FREE, pool, wanted);
        return nearest.size() == wanted ? nearest : free(NEXT_FREE, pool, wanted);
    }

    private List<IpAddress> free(String statement, Pool pool, int wanted) {
        return jdbc.sql(statement)
                .param("pool", pool.id())
                .param("wanted", wanted)
                .query((row, number) -> IpAddress.parse(row.getString("address")))
                .list();
    }

    void noteLastAssigned(Map<Pool, IpAddress> last) {
        if (last.isEmpty()) {
            return;
        }
        jdbc.sql("""
                        UPDATE address_pool p SET last_assigned = given.address
                        FROM unnest(:pools::uuid[], :addresses::inet[]) AS given(pool, address) WHERE p.id = given.pool
                        """)
                .param(
                        "pools",
                        last.keySet().stream().map(pool -> pool.id().toString()).toArray(String[]::new))
                .param(
                        "addresses",
                        last.values().stream().map(IpAddress::toString).toArray(String[]::new))
                .update();
    }
}
