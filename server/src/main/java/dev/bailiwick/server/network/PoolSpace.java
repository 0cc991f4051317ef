package dev.bailiwick.server.network;

import dev.bailiwick.jail.AddressChoice;
import dev.bailiwick.jail.AddressRange;
import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.IpAddresses;
import java.math.BigInteger;
import java.util.ArrayList;
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

    /**
     * Whether a jail with these addresses finds them in the pools of this host: those that it names, free or taken, and for each that is
     * chosen a free one.
     */
    public boolean hasRoom(HostId host, IpAddresses addresses, AddressChoices choices) {
        return choices.named(addresses).allMatch(address -> of(host).anyMatch(pool -> pool.range.contains(address)))
                && choose(host, choices, new HashMap<>(free));
    }

    /** Subtracts the addresses that will be chosen for one more jail on this host. */
    public void count(HostId host, AddressChoices choices) {
        boolean _ = choose(host, choices, free);
    }

    /** Subtracts what is chosen; returns false if something is not there. */
    private boolean choose(HostId host, AddressChoices choices, Map<AddressRange, BigInteger> left) {
        List<AddressChoice> wanted = new ArrayList<>(choices.additional().values());
        if (choices.primary() == AddressChoices.Primary.CHOSEN) {
            if (of(host).findAny().isEmpty()) {
                return false;
            }
            Stream.of(AddressChoice.OfFamily.values())
                    .filter(family -> of(host).anyMatch(pool -> family.admits(pool.range)))
                    .forEach(wanted::add);
        }
        boolean found = true;
        for (AddressChoice choice : wanted) {
            Optional<Pool> pool = of(host).filter(some -> choice.admits(some.range))
                    .filter(some ->
                            left.getOrDefault(some.range, BigInteger.ZERO).signum() > 0)
                    .findFirst();
            pool.ifPresent(some -> left.merge(some.range, BigInteger.ONE, BigInteger::subtract));
            found &= pool.isPresent();
        }
        return found;
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
