package dev.bailiwick.server.network;

import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.audit.Audit;
import dev.bailiwick.server.audit.Subject;
import dev.bailiwick.server.database.RowAccess;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * The addresses that jails have released and that rest until other customers can have them. The database writes them, see {@code
 * resting_address}; a change of a pool's quarantine also counts for those that rest already.
 */
@Service
public class Quarantine {

    private static final String OF_POOL = " FROM resting_address r JOIN address_pool p ON p.id = r.pool_id"
            + " WHERE p.id = :pool AND NOT EXISTS (SELECT FROM jail_address a WHERE a.address = r.address) AND "
            + AddressRows.RESTS;

    private final Pools pools;
    private final JdbcClient jdbc;
    private final Audit audit;

    Quarantine(Pools pools, JdbcClient jdbc, Audit audit) {
        this.pools = pools;
        this.jdbc = jdbc;
        this.audit = audit;
    }

    /**
     * An address that rests.
     *
     * @param jail the last jail that had it
     * @param jailName empty if only its host knew the jail
     * @param customer whose jail it was; empty if only its host knew the jail
     */
    public record RestingAddress(
            IpAddress address,
            JailId jail,
            String jailName,
            Optional<CustomerId> customer,
            String customerName,
            Instant releasedAt,
            Instant until) {}

    /**
     * Returns addresses of a pool that rest, in ascending order.
     *
     * @param after the address after which they begin; empty for the first
     * @throws PoolNotFound if the pool does not exist
     */
    @Transactional(readOnly = true)
    public List<RestingAddress> list(Caller caller, PoolId pool, Optional<IpAddress> after, int limit) {
        caller.require(Scope.POOLS_READ);
        pools.requireKnown(pool);
        return jdbc.sql("SELECT host(r.address) AS address, r.jail_id, r.jail_name, r.customer_id, r.released_at, "
                        + "(SELECT c.name FROM customer c WHERE c.id = r.customer_id) AS customer_name, "
                        + AddressRows.END_OF_REST + " AS until" + OF_POOL
                        + " AND (:after::inet IS NULL OR r.address > :after::inet) ORDER BY r.address LIMIT :limit")
                .param("pool", pool.value())
                .param("after", after.map(IpAddress::toString).orElse(null))
                .param("limit", limit)
                .query((row, number) -> {
                    @Nullable UUID customer = row.getObject("customer_id", UUID.class);
                    @Nullable String name = row.getString("customer_name");
                    return new RestingAddress(
                            IpAddress.parse(row.getString("address")),
                            new JailId(row.getObject("jail_id", UUID.class)),
                            row.getString("jail_name"),
                            Optional.ofNullable(customer).map(CustomerId::new),
                            name == null ? "" : name,
                            row.getTimestamp("released_at").toInstant(),
                            row.getTimestamp("until").toInstant());
                })
                .list();
    }

    /**
     * Ends the rest of addresses: any jail can have them now. Passes over addresses that do not rest in this pool.
     *
     * @return those whose rest has ended
     * @throws PoolNotFound if the pool does not exist
     */
    @Transactional
    public List<IpAddress> free(Caller caller, PoolId pool, List<IpAddress> addresses) {
        caller.require(Scope.POOLS_WRITE);
        pools.requireKnown(pool);
        List<IpAddress> freed = jdbc.sql("DELETE FROM resting_address WHERE address = ANY (:addresses::inet[])"
                        + " AND address IN (SELECT r.address" + OF_POOL + ") RETURNING host(address) AS freed")
                .param("pool", pool.value())
                .param("addresses", addresses.stream().map(IpAddress::toString).toArray(String[]::new))
                .query((row, number) -> IpAddress.parse(row.getString("freed")))
                .list();
        if (!freed.isEmpty()) {
            audit.record(
                    caller.actor(),
                    Subject.of("pool", pool),
                    new PoolEvent.AddressesFreed(
                            freed.stream().map(IpAddress::toString).toList()));
        }
        return freed;
    }

    /** Deletes what counts no more. An address that a jail has is written again when the jail releases it. */
    @Scheduled(fixedDelayString = "PT1H", initialDelayString = "PT7M")
    public void forgetRested() {
        RowAccess.everything()
                .run(() -> jdbc.sql("DELETE FROM resting_address r USING address_pool p WHERE p.id = r.pool_id AND NOT "
                                + AddressRows.RESTS)
                        .update());
    }
}
