package dev.bailiwick.server.network;

import dev.bailiwick.jail.AddressRange;
import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.IpAddresses;
import java.math.BigInteger;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The free addresses of the pools at one moment, for choosing a host for a new jail. Another jail may still take an address before
 * this one does.
 */
public final class PoolSpace {

    private final Map<Optional<HostId>, List<Pool>> pools;
    private final Map<AddressRange, BigInteger> free = new HashMap<>();

    PoolSpace(Collection<Pool> pools) {
        this.pools = pools.stream().collect(Collectors.groupingBy(Pool::host));
        pools.forEach(pool -> free.put(pool.range, pool.range.choosable().subtract(BigInteger.valueOf(pool.taken))));
    }

    /** Whether the pools of this host contain all these addresses, free or taken. */
    public boolean covers(HostId host, IpAddresses addresses) {
        return addresses.all().stream().allMatch(address -> of(host).anyMatch(pool -> pool.range.contains(address)));
    }

    /**
     * Whether addresses can be chosen for a jail on this host: the host has pools, and each of their families has a free address.
     */
    public boolean hasRoom(HostId host) {
        Map<Boolean, List<Pool>> families = families(host);
        return !families.isEmpty()
                && families.values().stream().allMatch(some -> some.stream().anyMatch(this::hasRoom));
    }

    /** Subtracts the addresses that will be chosen for one more jail on this host. */
    public void count(HostId host) {
        for (List<Pool> family : families(host).values()) {
            family.stream()
                    .filter(this::hasRoom)
                    .findFirst()
                    .ifPresent(pool -> free.merge(pool.range, BigInteger.ONE, BigInteger::subtract));
        }
    }

    private boolean hasRoom(Pool pool) {
        return free.getOrDefault(pool.range, BigInteger.ZERO).signum() > 0;
    }

    private Map<Boolean, List<Pool>> families(HostId host) {
        return of(host).collect(
                        Collectors.groupingBy(pool -> pool.range.network().isV4()));
    }

    /** Returns the pools of the host, its own first; addresses are chosen in this order. */
    private Stream<Pool> of(HostId host) {
        return Stream.concat(
                pools.getOrDefault(Optional.of(host), List.of()).stream(),
                pools.getOrDefault(Optional.<HostId>empty(), List.of()).stream());
    }

    /** @param taken how many of its choosable addresses jails have, or rest */
    record Pool(AddressRange range, Optional<HostId> host, long taken) {}
}
