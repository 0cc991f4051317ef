package dev.bailiwick.server.network;

import dev.bailiwick.jail.AddressRange;
import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.IpAddresses;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.network.Addresses.AddressRequest;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.InvalidRequest;
import java.time.Instant;
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

/** Chooses the addresses of jails from the pools of their hosts, and records why a jail cannot have what it asks for. */
final class AddressSelection {

    record Pool(UUID id, AddressRange range, Optional<HostId> host) {}

    /** @param named the position of the address in the request, as a JSON pointer; empty if it was chosen */
    record AddressClaim(JailId jail, HostId host, IpAddress address, Pool pool, Optional<String> named) {}

    private final List<Pool> pools;
    private final FreeAddresses rows;

    /** The maximum number of addresses to choose: two for each jail, IPv4 and IPv6. */
    private final int maxAddresses;

    private final Set<IpAddress> named = new HashSet<>();
    private final Map<Pool, Iterator<IpAddress>> free = new HashMap<>();
    private final Map<Pool, IpAddress> lastAssigned = new LinkedHashMap<>();
    private final Map<JailId, Failure> refused = new HashMap<>();

    /** What can be chosen. */
    interface FreeAddresses {

        /** Returns free addresses of a pool, at most as many as requested, in the order in which they are assigned. */
        List<IpAddress> nextFree(Pool pool, int wanted);

        /** Returns when the first address that rests in one of these pools can be chosen; empty if none rests. */
        Optional<Instant> endOfFirstRest(List<Pool> pools);
    }

    AddressSelection(List<Pool> pools, List<AddressRequest> requests, FreeAddresses rows) {
        this.pools = pools;
        this.rows = rows;
        this.maxAddresses = 2 * requests.size();
        requests.forEach(request -> request.named().ifPresent(addresses -> named.addAll(addresses.all())));
    }

    /** Returns the reason for each jail that cannot have its addresses. */
    Map<JailId, Failure> refused() {
        return refused;
    }

    /** Returns the address that was last chosen from each pool. */
    Map<Pool, IpAddress> lastAssigned() {
        return lastAssigned;
    }

    /** Returns the addresses that each jail should get; none for a jail that is rejected. */
    List<AddressClaim> claims(List<AddressRequest> requests) {
        Map<HostId, List<Pool>> byHost = requests.stream()
                .map(AddressRequest::host)
                .distinct()
                .collect(Collectors.toMap(host -> host, this::poolsOf));
        List<AddressClaim> claims = new ArrayList<>();
        for (AddressRequest request : requests) {
            List<Pool> usable = byHost.getOrDefault(request.host(), List.of());
            claims.addAll(
                    request.named().isPresent()
                            ? claimNamed(request, request.named().get(), usable)
                            : choose(request.jail(), request.host(), usable));
        }
        return claims;
    }

    /**
     * Returns another address in place of a chosen one that another jail has taken meanwhile. Rejects the jail if it named the
     * address.
     *
     * @param leaving addresses that will be free once their hosts have released them
     */
    Optional<AddressClaim> insteadOf(AddressClaim lost, Set<IpAddress> leaving) {
        if (lost.named.isPresent()) {
            String pointer = lost.named.get();
            refused.putIfAbsent(
                    lost.jail,
                    leaving.contains(lost.address)
                            ? AddressTaken.untilReleased(lost.address, pointer)
                            : AddressTaken.byAJail(lost.address, pointer));
            return Optional.empty();
        }
        return chooseOfFamily(lost.jail, lost.host, sameFamily(poolsOf(lost.host), lost.address.isV4()));
    }

    /** Rejects a jail because an address that it names rests until then, after it was another customer's. */
    void refuse(AddressClaim claim, Instant until) {
        refused.putIfAbsent(claim.jail, AddressTaken.untilRested(claim.address, until, claim.named.orElse("/ip")));
    }

    private List<AddressClaim> claimNamed(AddressRequest request, IpAddresses addresses, List<Pool> usable) {
        List<AddressClaim> claims = new ArrayList<>();
        for (IpAddress address : addresses.all()) {
            String pointer = "/ip/" + addresses.all().indexOf(address);
            Optional<Pool> pool =
                    usable.stream().filter(p -> p.range.contains(address)).findFirst();
            if (pool.isEmpty()) {
                refused.putIfAbsent(
                        request.jail(), new InvalidRequest(pointer, "is not in any address pool for this host"));
                return List.of();
            }
            claims.add(new AddressClaim(request.jail(), request.host(), address, pool.get(), Optional.of(pointer)));
        }
        return claims;
    }

    private List<AddressClaim> choose(JailId jail, HostId host, List<Pool> usable) {
        if (usable.isEmpty()) {
            refused.put(jail, new PoolsExhausted("There is no address pool for this host."));
        }
        return Stream.of(true, false)
                .map(v4 -> sameFamily(usable, v4))
                .filter(family -> !family.isEmpty())
                .flatMap(family -> chooseOfFamily(jail, host, family).stream())
                .toList();
    }

    private Optional<AddressClaim> chooseOfFamily(JailId jail, HostId host, List<Pool> family) {
        for (Pool pool : family) {
            Iterator<IpAddress> left = free.computeIfAbsent(
                    pool, p -> rows.nextFree(p, maxAddresses + named.size()).iterator());
            while (left.hasNext()) {
                IpAddress next = left.next();
                if (!named.contains(next)) {
                    lastAssigned.put(pool, next);
                    return Optional.of(new AddressClaim(jail, host, next, pool, Optional.empty()));
                }
            }
        }
        String version = family.getFirst().range.network().isV4() ? "IPv4" : "IPv6";
        refused.put(
                jail,
                rows.endOfFirstRest(family)
                        .map(end -> PoolsExhausted.untilRested(version, end))
                        .orElseGet(() -> new PoolsExhausted("All " + version + " addresses are taken.")));
        return Optional.empty();
    }

    private List<Pool> poolsOf(HostId host) {
        return pools.stream()
                .filter(pool -> pool.host.isEmpty() || pool.host.get().equals(host))
                .toList();
    }

    private static List<Pool> sameFamily(List<Pool> pools, boolean v4) {
        return pools.stream().filter(pool -> pool.range.network().isV4() == v4).toList();
    }
}
