package dev.bailiwick.server.network;

import dev.bailiwick.jail.AddressRange;
import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.IpAddresses;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.InvalidRequest;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/**
 * Records which jail has which address, always within a transaction that defines jails. So an address is taken exactly when the
 * definition with it is stored. The number of statements does not depend on the number of jails.
 *
 * <p>INVARIANT: pools are locked before any address is chosen, and addresses are taken in ascending order, IPv4 first. Every
 * transaction waits for both in the same order, so there is no deadlock.
 */
@Service
public class Addresses {

    private final JdbcClient jdbc;
    private final AddressRows rows;

    Addresses(JdbcClient jdbc, AddressRows rows) {
        this.jdbc = jdbc;
        this.rows = rows;
    }

    /**
     * A jail that needs addresses.
     *
     * @param named the addresses that the request names; empty to choose the next free ones, one of each family for which the host has
     *     a pool. The host's own pools come first
     */
    public record AddressRequest(JailId jail, HostId host, Optional<IpAddresses> named) {}

    /**
     * Takes addresses for jails, in addition to those that they have. No two jails may name the same address.
     *
     * @return the reason for each jail that cannot have its addresses: {@link InvalidRequest} for an address that is in no pool
     *     of the host, {@link AddressTaken} for one that another jail has, or another customer's jail had and that still rests,
     *     {@link PoolsExhausted} if no address is free. Some
     *     addresses of these jails may be taken nevertheless
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public Map<JailId, Failure> take(List<AddressRequest> requests) {
        AddressSelection selection = new AddressSelection(rows.lockPools(requests), requests, rows);
        List<AddressSelection.AddressClaim> claims = selection.claims(requests);
        while (!claims.isEmpty()) {
            Map<IpAddress, Boolean> taken = rows.insert(claims);
            refuseResting(claims, taken, selection);
            List<AddressSelection.AddressClaim> lost = claims.stream()
                    .filter(claim -> !taken.containsKey(claim.address()))
                    .toList();
            Set<IpAddress> leaving = rows.leaving(lost.stream()
                    .filter(claim -> claim.named().isPresent())
                    .map(AddressSelection.AddressClaim::address)
                    .toList());
            claims = lost.stream()
                    .flatMap(claim -> selection.insteadOf(claim, leaving).stream())
                    .toList();
        }
        rows.noteLastAssigned(selection.lastAssigned());
        return selection.refused();
    }

    /** Only addresses that a request names can rest: the others were chosen among those that do not. */
    private void refuseResting(
            List<AddressSelection.AddressClaim> claims, Map<IpAddress, Boolean> taken, AddressSelection selection) {
        List<AddressSelection.AddressClaim> named = claims.stream()
                .filter(claim -> claim.named().isPresent() && taken.getOrDefault(claim.address(), false))
                .toList();
        Map<IpAddress, Instant> resting = rows.resting(named);
        named.stream()
                .filter(claim -> resting.containsKey(claim.address()))
                .forEach(claim -> selection.refuse(claim, Objects.requireNonNull(resting.get(claim.address()))));
    }

    /**
     * Takes these addresses for a jail, in addition to those that it has.
     *
     * @throws InvalidRequest if an address is not in any pool for the host; points to {@code /ip/<index>}
     * @throws AddressTaken if another jail has one of the addresses
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public void take(JailId jail, HostId host, IpAddresses wanted) {
        Failure why = take(List.of(new AddressRequest(jail, host, Optional.of(wanted))))
                .get(jail);
        if (why != null) {
            throw why;
        }
    }

    /**
     * Gives up all addresses of a jail except these. They stay taken until the host has applied this generation, because the jail may
     * use them until then.
     *
     * @param generation the first generation of the jail that does not have these addresses
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
        // Its published ports lead to its new addresses, and members of its networks reach it by these.
        jdbc.sql(
                        "SELECT notify_after_commit('pools_changed', 'all') WHERE EXISTS (SELECT FROM published_port WHERE jail_id = ?)")
                .param(jail.value())
                .query((row, number) -> number)
                .list();
        jdbc.sql("SELECT networks_changed(ARRAY(SELECT network_id FROM network_member WHERE jail_id = ?))")
                .param(jail.value())
                .query((row, number) -> number)
                .list();
    }

    /** Returns the addresses that new jails of each host could get. Runs one statement, which needs no transaction. */
    public PoolSpace space() {
        return new PoolSpace(jdbc.sql("""
                        SELECT p.range::text AS range, p.host_id, (
                            SELECT count(*) FROM jail_address a WHERE a.pool_id = p.id AND (
                                masklen(p.range) >= CASE family(p.range) WHEN 4 THEN 31 ELSE 127 END OR (
                                    a.address <> host(p.range)::inet
                                    AND (family(p.range) = 6 OR a.address <> host(broadcast(p.range))::inet)))) + (
                            SELECT count(*) FROM resting_address r WHERE r.pool_id = p.id
                                AND NOT EXISTS (SELECT FROM jail_address a WHERE a.address = r.address) AND %s) AS taken
                        FROM address_pool p ORDER BY p.range
                        """.formatted(AddressRows.RESTS))
                .query((row, number) -> new PoolSpace.Pool(
                        AddressRange.parse(row.getString("range")),
                        AddressRows.host(row.getObject("host_id", UUID.class)),
                        row.getLong("taken")))
                .list());
    }
}
