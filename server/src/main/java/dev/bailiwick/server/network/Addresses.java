package dev.bailiwick.server.network;

import dev.bailiwick.jail.AddressRange;
import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.IpAddresses;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.InvalidRequest;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
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
     * @param choices which of the addresses stand for ones that are chosen: the next free ones, from the host's own pools first
     */
    public record AddressRequest(JailId jail, HostId host, IpAddresses addresses, AddressChoices choices) {}

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
        return carryOut(requests, rows.lockPools(requests)).refused();
    }

    private AddressSelection carryOut(List<AddressRequest> requests, List<AddressSelection.Pool> pools) {
        AddressSelection selection = new AddressSelection(pools, requests, rows);
        List<AddressSelection.AddressClaim> claims = selection.claims(requests);
        while (!claims.isEmpty()) {
            Map<IpAddress, Boolean> taken = rows.insert(claims);
            refuseResting(claims, taken, selection);
            List<AddressSelection.AddressClaim> lost = new ArrayList<>();
            for (AddressSelection.AddressClaim claim : claims) {
                if (taken.containsKey(claim.address())) {
                    selection.noteTaken(claim);
                } else {
                    lost.add(claim);
                }
            }
            Set<IpAddress> leaving = rows.leaving(lost.stream()
                    .filter(AddressSelection.AddressClaim::isNamed)
                    .map(AddressSelection.AddressClaim::address)
                    .toList());
            claims = lost.stream()
                    .flatMap(claim -> selection.insteadOf(claim, leaving).stream())
                    .toList();
        }
        rows.noteLastAssigned(selection.lastAssigned());
        return selection;
    }

    /** Only addresses that a request names can rest for its customer: the others were chosen among those that do not. */
    private void refuseResting(
            List<AddressSelection.AddressClaim> claims, Map<IpAddress, Boolean> taken, AddressSelection selection) {
        List<AddressSelection.AddressClaim> named = claims.stream()
                .filter(claim -> claim.isNamed() && taken.getOrDefault(claim.address(), false))
                .toList();
        Map<IpAddress, Instant> resting = rows.resting(named);
        named.stream()
                .filter(claim -> resting.containsKey(claim.address()))
                .forEach(claim -> selection.refuse(claim, Objects.requireNonNull(resting.get(claim.address()))));
    }

    /**
     * Takes these addresses for a jail, in addition to those that it has.
     *
     * @throws InvalidRequest if an address is not in any pool for the host; points to {@code /ip/<index>} or {@code
     *     /additionalAddresses/<index>}
     * @throws AddressTaken if another jail has one of the addresses
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public void take(JailId jail, HostId host, IpAddresses wanted) {
        List<AddressRequest> request = List.of(new AddressRequest(jail, host, wanted, AddressChoices.NONE));
        IpAddresses _ = take(request, rows.lockPools(request));
    }

    private IpAddresses take(List<AddressRequest> request, List<AddressSelection.Pool> pools) {
        AddressSelection selection = carryOut(request, pools);
        AddressRequest only = request.getFirst();
        Failure why = selection.refused().get(only.jail());
        if (why != null) {
            throw why;
        }
        return only.addresses()
                .with(only.addresses().additional().stream()
                        .map(address -> selection.instead(only.jail(), address))
                        .toList());
    }

    /**
     * Gives a jail these addresses in place of those that it has. Those that it loses stay taken until the host has applied this
     * generation, because the jail may use them until then; their reverse names go at once.
     *
     * @param generation the first generation of the jail with these addresses
     * @return the addresses, with chosen ones in place of their stand-ins
     * @throws Failure as {@link #take(List)} returns it
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public IpAddresses replace(JailId jail, HostId host, IpAddresses wanted, AddressChoices choices, long generation) {
        List<AddressRequest> request = List.of(new AddressRequest(jail, host, wanted, choices));
        // Before any row of an address is locked: those who create jails also lock in this order.
        List<AddressSelection.Pool> pools = rows.lockPools(request);
        leave(jail, wanted, generation);
        return take(request, pools);
    }

    private void leave(JailId jail, IpAddresses kept, long generation) {
        jdbc.sql("""
                        UPDATE jail_address SET leaves_with = :generation, reverse_name = NULL
                        WHERE jail_id = :jail AND leaves_with IS NULL AND NOT host(address) = ANY (:kept)
                        """)
                .param("generation", generation)
                .param("jail", jail.value())
                .param("kept", texts(kept.all()))
                .update();
        // So that another address can become primary, with these being additional for a moment.
        jdbc.sql("""
                        UPDATE jail_address SET additional = true
                        WHERE jail_id = :jail AND leaves_with IS NULL AND NOT additional AND NOT host(address) = ANY (:primary)
                        """)
                .param("jail", jail.value())
                .param("primary", texts(kept.primary()))
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

    private static String[] texts(List<IpAddress> addresses) {
        return addresses.stream().map(IpAddress::toString).toArray(String[]::new);
    }

    /**
     * Returns the addresses that new jails of each host could get. Runs one statement, which needs no transaction, and another for each
     * customer for whose jail no address is free.
     */
    public PoolSpace space() {
        List<PoolSpace.Pool> pools = jdbc.sql("""
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
                .list();
        return new PoolSpace(pools, this::restingOf);
    }

    private Map<AddressRange, BigInteger> restingOf(CustomerId customer) {
        return jdbc
                .sql("""
                        SELECT p.range::text AS range, count(*) AS resting
                        FROM resting_address r JOIN address_pool p ON p.id = r.pool_id
                        WHERE r.customer_id = :customer AND %s
                            AND NOT EXISTS (SELECT FROM jail_address a WHERE a.address = r.address)
                        GROUP BY p.range
                        """.formatted(AddressRows.RESTS))
                .param("customer", customer.value())
                .query((row, number) -> Map.entry(
                        AddressRange.parse(row.getString("range")), BigInteger.valueOf(row.getLong("resting"))))
                .list()
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }
}
