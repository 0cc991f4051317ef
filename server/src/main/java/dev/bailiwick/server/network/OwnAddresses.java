package dev.bailiwick.server.network;

import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.network.AddressSelection.FreeAddresses;
import dev.bailiwick.server.network.AddressSelection.OwnResting;
import dev.bailiwick.server.network.AddressSelection.Pool;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** The resting addresses that customers had, from which the next ones of their jails are chosen. */
final class OwnAddresses {

    private final Map<JailId, UUID> customers;
    private final Map<Place, Deque<IpAddress>> left = new HashMap<>();
    private final Set<IpAddress> chosen = new HashSet<>();

    private record Place(UUID customer, UUID pool) {}

    private OwnAddresses(Map<JailId, UUID> customers) {
        this.customers = customers;
    }

    /** @param wanted how many of each pool and customer at most */
    static OwnAddresses read(FreeAddresses rows, List<Pool> pools, Set<JailId> jails, int wanted) {
        List<OwnResting> resting = rows.ownResting(pools, jails, wanted);
        OwnAddresses own = new OwnAddresses(resting.isEmpty() ? Map.of() : rows.customers(jails));
        resting.forEach(one -> own.left
                .computeIfAbsent(new Place(one.customer(), one.pool()), _ -> new ArrayDeque<>())
                .addLast(one.address()));
        return own;
    }

    /** Chooses the next one for a jail; empty if there is none. */
    Optional<IpAddress> next(JailId jail, Pool pool, Set<IpAddress> named) {
        Deque<IpAddress> of = of(jail, pool);
        while (!of.isEmpty()) {
            IpAddress next = of.removeFirst();
            if (!named.contains(next)) {
                chosen.add(next);
                return Optional.of(next);
            }
        }
        return Optional.empty();
    }

    /** Leaves an address to the next jail of the customer; returns false if it was not chosen here. */
    boolean giveBack(JailId jail, Pool pool, IpAddress address) {
        if (!chosen.remove(address)) {
            return false;
        }
        of(jail, pool).addFirst(address);
        return true;
    }

    private Deque<IpAddress> of(JailId jail, Pool pool) {
        UUID customer = customers.get(jail);
        Deque<IpAddress> known = customer == null ? null : left.get(new Place(customer, pool.id()));
        return known == null ? new ArrayDeque<>() : known;
    }
}
