package dev.bailiwick.server.network.reverse;

import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.network.PoolId;
import dev.bailiwick.server.network.PoolNotFound;
import dev.bailiwick.server.network.Pools;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/**
 * The names of addresses, kept with the addresses: when a jail releases one, its name goes too. An address that a definition has given up has
 * none any more, also while its host has not released it.
 */
@Service
public class ReverseNames {

    private final Pools pools;
    private final JdbcClient jdbc;

    ReverseNames(Pools pools, JdbcClient jdbc) {
        this.pools = pools;
        this.jdbc = jdbc;
    }

    /** An address with its name. */
    public record NamedAddress(IpAddress address, ReverseName name) {}

    /** Returns the addresses of a jail that have a name. */
    public List<NamedAddress> of(JailId jail) {
        return jdbc.sql("""
                        SELECT host(address) AS address, reverse_name FROM jail_address
                        WHERE jail_id = ? AND leaves_with IS NULL AND reverse_name IS NOT NULL ORDER BY address
                        """)
                .param(jail.value())
                .query((row, number) -> new NamedAddress(
                        IpAddress.parse(row.getString("address")), new ReverseName(row.getString("reverse_name"))))
                .list();
    }

    /**
     * Sets the name of an address of a jail; empty for none.
     *
     * @return whether that changes anything; false if the jail does not have the address
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public boolean set(JailId jail, IpAddress address, Optional<ReverseName> name) {
        return jdbc.sql("""
                                UPDATE jail_address SET reverse_name = :name
                                WHERE jail_id = :jail AND address = :address::inet AND leaves_with IS NULL
                                    AND reverse_name IS DISTINCT FROM :name::text
                                """)
                        .param("name", name.map(ReverseName::toString).orElse(null))
                        .param("jail", jail.value())
                        .param("address", address.toString())
                        .update()
                > 0;
    }

    /**
     * Returns the addresses of a pool that have a name, in ascending order.
     *
     * @param after the address after which they begin; empty for the first
     * @throws PoolNotFound if the pool does not exist
     */
    @Transactional(readOnly = true)
    public List<NamedAddress> of(Caller caller, PoolId pool, Optional<IpAddress> after, int limit) {
        caller.require(Scope.POOLS_READ);
        var _ = pools.find(caller, pool);
        return jdbc.sql("""
                        SELECT host(address) AS address, reverse_name FROM jail_address
                        WHERE pool_id = :pool AND reverse_name IS NOT NULL AND leaves_with IS NULL
                            AND (:after::inet IS NULL OR address > :after::inet) ORDER BY address LIMIT :limit
                        """)
                .param("pool", pool.value())
                .param("after", after.map(IpAddress::toString).orElse(null))
                .param("limit", limit)
                .query((row, number) -> new NamedAddress(
                        IpAddress.parse(row.getString("address")), new ReverseName(row.getString("reverse_name"))))
                .list();
    }
}
