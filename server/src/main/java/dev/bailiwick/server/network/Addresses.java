package dev.bailiwick.server.network;

import dev.bailiwick.jail.AddressRange;
import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.IpAddresses;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.InvalidRequest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/**
 * Which jail has which address. Always part of a transaction that defines jails, so that an address is taken exactly when the
 * definition with it is stored; with as many statements for many jails as for one.
 *
 * <p>INVARIANT: pools are locked before any address is chosen, and addresses are taken in their own order, IPv4 first. Everyone waits
 * for both in one order, so nobody waits in a circle.
 */
@Service
public class Addresses {

    /**
     * The free ones among the next addresses after the last one given out. IPv4 ranges do not give out their own address and their
     * last one, IPv6 ranges not their first (RFC 4291, 2.6.1).
     */
    private static final String NEAREST_FREE = """
            WITH pool AS (
                SELECT *, masklen(range) >= CASE family(range) WHEN 4 THEN 31 ELSE 127 END AS tiny
                FROM address_pool WHERE id = :pool),
            candidates AS (SELECT last_assigned + step AS address FROM pool, generate_series(1, :wanted + 32) step)
            SELECT host(address) AS address FROM candidates c, pool p
            WHERE c.address <<= p.range AND (p.tiny OR family(p.range) = 6 OR c.address <> host(broadcast(p.range))::inet)
                AND (SELECT a.address FROM jail_address a WHERE a.address = c.address) IS NULL
            ORDER BY c.address LIMIT :wanted
            """;

    /** All free addresses in the order in which they are given out: those after the last one, then from the start. */
    private static final String NEXT_FREE = """
            WITH pool AS (
                SELECT *, masklen(range) >= CASE family(range) WHEN 4 THEN 31 ELSE 127 END AS tiny,
                    :wanted + (SELECT count(*) FROM jail_address a WHERE a.pool_id = :pool) AS enough,
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
                AND NOT EXISTS (SELECT FROM jail_address a WHERE a.address = c.address)
            GROUP BY c.address ORDER BY min(c.turn), c.address LIMIT :wanted
            """;

    private final JdbcClient jdbc;

    Addresses(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * A jail that is to have addresses.
     *
     * @param named the very ones; empty to have the next free ones chosen: IPv4 where there is a pool of it, and IPv6 likewise. The
     *     host's own pools come first
     */
    public record Wish(JailId jail, HostId host, Optional<IpAddresses> named) {}

    /**
     * Takes for each jail what it is to have, besides what it has. No two may name one address.
     *
     * @return why some jails cannot have theirs: {@link InvalidRequest} for an address that is in no pool of the host's, {@link
     *     AddressTaken} for one that another jail has, {@link PoolsExhausted} where none can be chosen. Some addresses of these jails
     *     may be taken nevertheless
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public Map<JailId, Failure> take(List<Wish> wishes) {
        Taking taking = new Taking(lockPools(wishes), wishes);
        List<Claim> claims = taking.claims(wishes);
        while (!claims.isEmpty()) {
            Set<IpAddress> taken = insert(claims);
            claims = claims.stream()
                    .filter(claim -> !taken.contains(claim.address))
                    .flatMap(claim -> taking.insteadOf(claim).stream())
                    .toList();
        }
        noteLastAssigned(taking.lastAssigned);
        return taking.refused;
    }

    /**
     * Takes these addresses for a jail, besides those it has.
     *
     * @throws InvalidRequest if one is in no pool that the host's jails may have addresses of; points to {@code /ip/<index>}
     * @throws AddressTaken if another jail has one
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public void take(JailId jail, HostId host, IpAddresses wanted) {
        Failure why = take(List.of(new Wish(jail, host, Optional.of(wanted)))).get(jail);
        if (why != null) {
            throw why;
        }
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

    /** What each host's new jails could be given. One statement, which needs no transaction around it. */
    public PoolSpace space() {
        return new PoolSpace(jdbc.sql("""
                        SELECT p.range::text AS range, p.host_id, (
                            SELECT count(*) FROM jail_address a WHERE a.pool_id = p.id AND (
                                masklen(p.range) >= CASE family(p.range) WHEN 4 THEN 31 ELSE 127 END OR (
                                    a.address <> host(p.range)::inet
                                    AND (family(p.range) = 6 OR a.address <> host(broadcast(p.range))::inet)))) AS taken
                        FROM address_pool p ORDER BY p.range
                        """)
                .query((row, number) -> new PoolSpace.Pool(
                        AddressRange.parse(row.getString("range")),
                        host(row.getObject("host_id", UUID.class)),
                        row.getLong("taken")))
                .list());
    }

    /** Nobody else chooses from them meanwhile if one of these wishes is to have addresses chosen. */
    private List<Pool> lockPools(List<Wish> wishes) {
        boolean choosing = wishes.stream().anyMatch(wish -> wish.named.isEmpty());
        return jdbc.sql("""
                        SELECT id, range::text AS range, host_id FROM address_pool
                        WHERE host_id IS NULL OR host_id = ANY (:hosts::uuid[])
                        ORDER BY family(range), host_id IS NULL, range
                        """ + (choosing ? "FOR NO KEY UPDATE" : "FOR KEY SHARE"))
                .param(
                        "hosts",
                        wishes.stream()
                                .map(wish -> wish.host.toString())
                                .distinct()
                                .toArray(String[]::new))
                .query((row, number) -> new Pool(
                        row.getObject("id", UUID.class),
                        AddressRange.parse(row.getString("range")),
                        host(row.getObject("host_id", UUID.class))))
                .list();
    }

    private static Optional<HostId> host(@Nullable UUID host) {
        return Optional.ofNullable(host).map(HostId::new);
    }

    /** @return those that no other jail has */
    private Set<IpAddress> insert(List<Claim> claims) {
        return jdbc
                .sql("""
                        INSERT INTO jail_address (address, jail_id, pool_id, pool_range)
                        SELECT claimed.address, claimed.jail, p.id, p.range
                        FROM unnest(:addresses::inet[], :jails::uuid[], :pools::uuid[]) AS claimed(address, jail, pool)
                        JOIN address_pool p ON p.id = claimed.pool
                        ORDER BY claimed.address
                        ON CONFLICT (address) DO UPDATE SET leaves_with = NULL WHERE jail_address.jail_id = excluded.jail_id
                        RETURNING host(address) AS address
                        """)
                .param(
                        "addresses",
                        claims.stream().map(c -> c.address.toString()).toArray(String[]::new))
                .param("jails", claims.stream().map(c -> c.jail.toString()).toArray(String[]::new))
                .param("pools", claims.stream().map(c -> c.pool.id.toString()).toArray(String[]::new))
                .query((row, number) -> IpAddress.parse(row.getString("address")))
                .list()
                .stream()
                .collect(Collectors.toSet());
    }

    /** The whole range is looked at only where too few of the nearest addresses are free. */
    private List<IpAddress> nextFree(Pool pool, int wanted) {
        List<IpAddress> nearest = free(NEAREST_FREE, pool, wanted);
        return nearest.size() == wanted ? nearest : free(NEXT_FREE, pool, wanted);
    }

    private List<IpAddress> free(String statement, Pool pool, int wanted) {
        return jdbc.sql(statement)
                .param("pool", pool.id)
                .param("wanted", wanted)
                .query((row, number) -> IpAddress.parse(row.getString("address")))
                .list();
    }

    private void noteLastAssigned(Map<Pool, IpAddress> last) {
        if (last.isEmpty()) {
            return;
        }
        jdbc.sql("""
                        UPDATE address_pool p SET last_assigned = given.address
                        FROM unnest(:pools::uuid[], :addresses::inet[]) AS given(pool, address) WHERE p.id = given.pool
                        """)
                .param(
                        "pools",
                        last.keySet().stream().map(pool -> pool.id.toString()).toArray(String[]::new))
                .param(
                        "addresses",
                        last.values().stream().map(IpAddress::toString).toArray(String[]::new))
                .update();
    }

    private record Pool(UUID id, AddressRange range, Optional<HostId> host) {}

    /** @param named where the address stands in the request; empty where it was chosen */
    private record Claim(JailId jail, HostId host, IpAddress address, Pool pool, Optional<String> named) {}

    /** The state of giving jails their addresses. */
    private final class Taking {
        private final List<Pool> pools;
        private final int most;
        private final Set<IpAddress> named = new HashSet<>();
        private final Map<Pool, Iterator<IpAddress>> free = new HashMap<>();
        private final Map<Pool, IpAddress> lastAssigned = new LinkedHashMap<>();
        private final Map<JailId, Failure> refused = new HashMap<>();

        Taking(List<Pool> pools, List<Wish> wishes) {
            this.pools = pools;
            this.most = 2 * wishes.size();
            wishes.forEach(wish -> wish.named.ifPresent(addresses -> named.addAll(addresses.all())));
        }

        List<Claim> claims(List<Wish> wishes) {
            Map<HostId, List<Pool>> byHost =
                    wishes.stream().map(Wish::host).distinct().collect(Collectors.toMap(host -> host, this::poolsOf));
            List<Claim> claims = new ArrayList<>();
            for (Wish wish : wishes) {
                List<Pool> usable = byHost.getOrDefault(wish.host, List.of());
                claims.addAll(
                        wish.named.isPresent()
                                ? claimNamed(wish, wish.named.get(), usable)
                                : choose(wish.jail, wish.host, usable));
            }
            return claims;
        }

        /** Another address where a chosen one was taken by who named it meanwhile. */
        Optional<Claim> insteadOf(Claim lost) {
            if (lost.named.isPresent()) {
                refused.putIfAbsent(lost.jail, new AddressTaken(lost.address, lost.named.get()));
                return Optional.empty();
            }
            return chooseOfFamily(lost.jail, lost.host, sameFamily(poolsOf(lost.host), lost.address.isV4()));
        }

        private List<Claim> claimNamed(Wish wish, IpAddresses addresses, List<Pool> usable) {
            List<Claim> claims = new ArrayList<>();
            for (IpAddress address : addresses.all()) {
                String pointer = "/ip/" + addresses.all().indexOf(address);
                Optional<Pool> pool =
                        usable.stream().filter(p -> p.range.contains(address)).findFirst();
                if (pool.isEmpty()) {
                    refused.putIfAbsent(
                            wish.jail, new InvalidRequest(pointer, "is in no pool of addresses for this host"));
                    return List.of();
                }
                claims.add(new Claim(wish.jail, wish.host, address, pool.get(), Optional.of(pointer)));
            }
            return claims;
        }

        private List<Claim> choose(JailId jail, HostId host, List<Pool> usable) {
            if (usable.isEmpty()) {
                refused.put(jail, new PoolsExhausted("There is no address pool for this host."));
            }
            return Stream.of(true, false)
                    .map(v4 -> sameFamily(usable, v4))
                    .filter(family -> !family.isEmpty())
                    .flatMap(family -> chooseOfFamily(jail, host, family).stream())
                    .toList();
        }

        private Optional<Claim> chooseOfFamily(JailId jail, HostId host, List<Pool> family) {
            for (Pool pool : family) {
                Iterator<IpAddress> left = free.computeIfAbsent(
                        pool, p -> nextFree(p, most + named.size()).iterator());
                while (left.hasNext()) {
                    IpAddress next = left.next();
                    if (!named.contains(next)) {
                        lastAssigned.put(pool, next);
                        return Optional.of(new Claim(jail, host, next, pool, Optional.empty()));
                    }
                }
            }
            String version = family.getFirst().range.network().isV4() ? "IPv4" : "IPv6";
            refused.put(jail, new PoolsExhausted("All " + version + " addresses are taken."));
            return Optional.empty();
        }

        private List<Pool> poolsOf(HostId host) {
            return pools.stream()
                    .filter(pool -> pool.host.isEmpty() || pool.host.get().equals(host))
                    .toList();
        }

        private static List<Pool> sameFamily(List<Pool> pools, boolean v4) {
            return pools.stream()
                    .filter(pool -> pool.range.network().isV4() == v4)
                    .toList();
        }
    }
}
