package dev.bailiwick.server.network;

import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.IpAddresses;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.host.HostId;
import dev.bailiwick.server.problem.InvalidRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/**
 * Which jail has which address. Always part of a transaction that defines a jail, so that an address is taken exactly when the
 * definition with it is stored.
 */
@Service
public class Addresses {

    /**
     * Takes the next after the last one given out, else from the start. Of an IPv4 range its own address and its last are not
     * given out, nor of an IPv6 range the first (RFC 4291, 2.6.1). No row where none is free; not taken where another jail names
     * the very address at the same time.
     *
     * <p>COALESCE looks for the next one only where the one before is taken: gaps are found by reading every address before them.
     */
    private static final String TAKE_NEXT_FREE = """
            WITH pool AS (
                SELECT *, masklen(range) >= CASE family(range) WHEN 4 THEN 31 ELSE 127 END AS tiny
                FROM address_pool WHERE id = :pool),
            free AS (
                SELECT host(COALESCE(
            """
            + String.join(
                    ", ",
                    ifFree("SELECT p.last_assigned + 1"),
                    gapAfter("a.address > p.last_assigned"),
                    ifFree("SELECT host(p.range)::inet + CASE WHEN p.tiny THEN 0 ELSE 1 END"),
                    gapAfter("true"))
            + """
                ))::inet AS address, p.id, p.range FROM pool p),
            taken AS (
                INSERT INTO jail_address (address, jail_id, pool_id, pool_range)
                SELECT address, :jail, id, range FROM free WHERE address IS NOT NULL
                ON CONFLICT (address) DO NOTHING RETURNING address),
            noted AS (
                UPDATE address_pool SET last_assigned = taken.address FROM taken WHERE address_pool.id = :pool)
            SELECT host(address) AS address, EXISTS (SELECT FROM taken) AS taken FROM free WHERE address IS NOT NULL
            """;

    private final JdbcClient jdbc;

    Addresses(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * Takes these addresses for a jail, besides those it has.
     *
     * @throws InvalidRequest if one is in no pool that the host's jails may have addresses of; points to {@code /ip/<index>}
     * @throws AddressTaken if another jail has one
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public void take(JailId jail, HostId host, IpAddresses wanted) {
        // IPv4 first, here and when choosing: everyone waits for addresses in one order, so nobody waits in a circle.
        List<IpAddress> ordered =
                Stream.concat(wanted.v4().stream(), wanted.v6().stream()).toList();
        for (IpAddress address : ordered) {
            String pointer = "/ip/" + wanted.all().indexOf(address);
            switch (take(jail, host, address)) {
                case TAKEN -> {}
                case IN_NO_POOL -> throw new InvalidRequest(pointer, "is in no pool of addresses for this host");
                case HELD_BY_ANOTHER -> throw new AddressTaken(address, pointer);
            }
        }
    }

    /**
     * Chooses and takes the next free address for a jail: IPv4 where there is a pool of it, and IPv6 likewise. The host's own
     * pools come first.
     *
     * @throws PoolsExhausted if there is no pool at all, or no free address in those of one family
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public IpAddresses choose(JailId jail, HostId host) {
        List<IpAddress> chosen = new ArrayList<>();
        Map<Integer, List<UUID>> byFamily = lockPools(host);
        for (int family : new int[] {4, 6}) {
            List<UUID> pools = byFamily.getOrDefault(family, List.of());
            if (!pools.isEmpty()) {
                chosen.add(pools.stream()
                        .flatMap(pool -> chooseFrom(pool, jail).stream())
                        .findFirst()
                        .orElseThrow(() -> new PoolsExhausted("All IPv" + family + " addresses are taken.")));
            }
        }
        if (chosen.isEmpty()) {
            throw new PoolsExhausted("There is no address pool for this host.");
        }
        return new IpAddresses(chosen);
    }

    /**
     * Gives up all addresses of a jail but these. They stay taken until the host has applied this generation: until then it may
     * still have them in use.
     *
     * @param generation the first generation of the jail that does not have them
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public void leave(JailId jail, IpAddresses kept, long generation) {
        jdbc.sql("""
                        UPDATE jail_address SET leaves_with = :generation
                        WHERE jail_id = :jail AND leaves_with IS NULL AND NOT host(address) = ANY (:kept)
                        """)
                .param("generation", generation)
                .param("jail", jail.value())
                .param("kept", kept.all().stream().map(IpAddress::toString).toArray(String[]::new))
                .update();
    }

    private Taking take(JailId jail, HostId host, IpAddress address) {
        record Found(boolean pool, boolean taken) {}
        Found found = jdbc.sql("""
                        WITH pool AS (
                            SELECT id, range FROM address_pool
                            WHERE range >>= :address::inet AND (host_id IS NULL OR host_id = :host)),
                        taken AS (
                            INSERT INTO jail_address (address, jail_id, pool_id, pool_range)
                            SELECT :address::inet, :jail, id, range FROM pool
                            ON CONFLICT (address) DO UPDATE SET leaves_with = NULL
                                WHERE jail_address.jail_id = excluded.jail_id
                            RETURNING address)
                        SELECT EXISTS (SELECT FROM pool) AS pool, EXISTS (SELECT FROM taken) AS taken
                        """)
                .param("address", address.toString())
                .param("host", host.value())
                .param("jail", jail.value())
                .query((row, number) -> new Found(row.getBoolean("pool"), row.getBoolean("taken")))
                .single();
        if (!found.pool) {
            return Taking.IN_NO_POOL;
        }
        return found.taken ? Taking.TAKEN : Taking.HELD_BY_ANOTHER;
    }

    /** By family, the host's own first. Under their locks nobody else chooses from them; everyone takes these in one order. */
    private Map<Integer, List<UUID>> lockPools(HostId host) {
        record Pool(int family, UUID id) {}
        return jdbc
                .sql("""
                        SELECT id, family(range) AS family FROM address_pool WHERE host_id IS NULL OR host_id = ?
                        ORDER BY family(range), host_id IS NULL, range FOR NO KEY UPDATE
                        """)
                .param(host.value())
                .query((row, number) -> new Pool(row.getInt("family"), row.getObject("id", UUID.class)))
                .list()
                .stream()
                .collect(Collectors.groupingBy(Pool::family, Collectors.mapping(Pool::id, Collectors.toList())));
    }

    private Optional<IpAddress> chooseFrom(UUID pool, JailId jail) {
        record Next(IpAddress address, boolean taken) {}
        while (true) {
            Optional<Next> next = jdbc.sql(TAKE_NEXT_FREE)
                    .param("pool", pool)
                    .param("jail", jail.value())
                    .query((row, number) ->
                            new Next(IpAddress.parse(row.getString("address")), row.getBoolean("taken")))
                    .optional();
            if (next.isEmpty() || next.get().taken) {
                return next.map(Next::address);
            }
        }
    }

    /** Of the pool {@code p}, this one address if it may be given out and no jail has it. */
    private static String ifFree(String candidate) {
        return """
            (SELECT c.address FROM (%s) AS c (address)
             WHERE c.address <<= p.range
               AND (p.tiny OR family(p.range) = 6 OR c.address <> host(broadcast(p.range))::inet)
               AND NOT EXISTS (SELECT FROM jail_address a WHERE a.address = c.address))
            """.formatted(candidate);
    }

    /** What follows the first address, of those for which this holds, whose successor no jail has. */
    private static String gapAfter(String condition) {
        return ifFree("""
            SELECT a.address + 1 FROM jail_address a
            WHERE a.pool_id = p.id AND %s
              AND NOT EXISTS (SELECT FROM jail_address next WHERE next.address = a.address + 1)
            ORDER BY a.address LIMIT 1
            """.formatted(condition));
    }

    private enum Taking {
        TAKEN,
        IN_NO_POOL,
        HELD_BY_ANOTHER
    }
}
