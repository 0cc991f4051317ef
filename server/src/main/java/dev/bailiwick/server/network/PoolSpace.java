package dev.bailiwick.server.network;

import dev.bailiwick.jail.AddressChoice;
import dev.bailiwick.jail.AddressRange;
import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.IpAddresses;
import dev.bailiwick.server.account.CustomerId;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The free addresses of the pools at one moment, for choosing a host for a new jail. Another jail may still take an address before
 * this one does.
 */
public final class PoolSpace {

    private final Map<Optional<HostId>, List<Pool>> pools;
    private final Map<AddressRange, BigInteger> free = new HashMap<>();
    private final Map<CustomerId, Map<AddressRange, BigInteger>> resting = new HashMap<>();
    private final Function<CustomerId, Map<AddressRange, BigInteger>> restingOf;

    /** @param restingOf how many addresses of each pool rest that only this customer can get */
    PoolSpace(Collection<Pool> pools, Function<CustomerId, Map<AddressRange, BigInteger>> restingOf) {
        this.pools = pools.stream().collect(Collectors.groupingBy(Pool::host));
        this.restingOf = restingOf;
        pools.forEach(pool -> free.put(pool.range, pool.range.choosable().subtract(BigInteger.valueOf(pool.taken))));
    }

    /**
     * Whether a jail of this customer finds these addresses in the pools of this host: those that it names, free or taken, and for each
     * that is chosen one that is free, or rests after the customer had it.
     */
    public boolean hasRoom(CustomerId customer, HostId host, IpAddresses addresses, AddressChoices choices) {
        return choices.named(addresses).allMatch(address -> of(host).anyMatch(pool -> pool.range.contains(address)))
                && choose(host, choices, new Left(customer, HashMap::new));
    }

    /** Subtracts the addresses that will be chosen for one more jail of this customer on this host. */
    public void count(CustomerId customer, HostId host, AddressChoices choices) {
        boolean _ = choose(host, choices, new Left(customer, UnaryOperator.identity()));
    }

    /** What is left for a customer. Its resting addresses are asked for only where no other is free. */
    private final class Left {

        private final CustomerId customer;
        private final UnaryOperator<Map<AddressRange, BigInteger>> held;
        private final Map<AddressRange, BigInteger> free;
        private @Nullable Map<AddressRange, BigInteger> own;

        /** @param held a copy of what is left, or the same */
        private Left(CustomerId customer, UnaryOperator<Map<AddressRange, BigInteger>> held) {
            this.customer = customer;
            this.held = held;
            this.free = held.apply(PoolSpace.this.free);
        }

        /** Subtracts an address of the pool; returns false if there is none. */
        private boolean take(Pool pool) {
            return take(free, pool) || take(own(), pool);
        }

        private Map<AddressRange, BigInteger> own() {
            Map<AddressRange, BigInteger> known = own;
            if (known == null) {
                known = held.apply(resting.computeIfAbsent(customer, who -> new HashMap<>(restingOf.apply(who))));
                own = known;
            }
            return known;
        }

        private static boolean take(Map<AddressRange, BigInteger> from, Pool pool) {
            boolean isThere = from.getOrDefault(pool.range, BigInteger.ZERO).signum() > 0;
            if (isThere) {
                from.merge(pool.range, BigInteger.ONE, BigInteger::subtract);
            }
            return isThere;
        }
    }

    /** Subtracts what is chosen; returns false if something is not there. */
    private boolean choose(HostId host, AddressChoices choices, Left left) {
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
            found &= of(host).filter(some -> choice.admits(some.range)).anyMatch(left::take);
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
