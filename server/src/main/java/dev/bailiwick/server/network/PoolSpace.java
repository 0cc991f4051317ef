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
 * Where the addresses for a new jail could come from, as the pools were at one moment. Good for choosing a host; whether an address
 * is free in the end is seen when it is taken.
 */
public final class PoolSpace {

    private final Map<Optional<HostId>, List<Pool>> pools;
    private final Map<AddressRange, BigInteger> free = new HashMap<>();

    PoolSpace(Collection<Pool> pools) {
        this.pools = pools.stream().collect(Collectors.groupingBy(Pool::host));
        pools.forEach(pool -> free.put(pool.range, pool.range.choosable().subtract(BigInteger.valueOf(pool.taken))));
    }

    /** Whether a jail on this host may have these very addresses, whoever has them now. */
    public boolean covers(HostId host, IpAddresses addresses) {
        return addresses.all().stream().allMatch(address -> of(host).anyMatch(pool -> pool.range.contains(address)));
    }

    /** Whether addresses can be chosen for a jail on this host: there are pools, and those of each family have one left. */
    public boolean hasRoom(HostId host) {
        Map<Boolean, List<Pool>> families = families(host);
        return !families.isEmpty()
                && families.values().stream().allMatch(some -> some.stream().anyMatch(this::hasRoom));
    }

    /** Counts the addresses that will be chosen for one more jail on this host. */
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

    /** The host's own first, as addresses are chosen. */
    private Stream<Pool> of(HostId host) {
        return Stream.concat(
                pools.getOrDefault(Optional.of(host), List.of()).stream(),
                pools.getOrDefault(Optional.<HostId>empty(), List.of()).stream());
    }

    /** @param taken how many of its choosable addresses jails have */
    record Pool(AddressRange range, Optional<HostId> host, long taken) {}
}
