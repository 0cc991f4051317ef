package dev.bailiwick.server.network;

import dev.bailiwick.jail.AddressChoice;
import dev.bailiwick.jail.AddressRange;
import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.IpAddresses;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.network.Addresses.AddressRequest;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.InvalidRequest;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Chooses the addresses of jails from the pools of their hosts, and records why a jail cannot have what it asks for. */
final class AddressSelection {

    record Pool(UUID id, AddressRange range, Optional<HostId> host) {}

    /** What an address is for its jail. */
    enum Role {
        PRIMARY,
        ADDITIONAL
    }

    /**
     * An address that a jail asks for.
     *
     * @param pointer to the field that asks for it
     * @param asked the address in the request; the stand-in of one that is to be chosen
     * @param choice empty if the request names the address
     */
    record WantedAddress(Role role, String pointer, IpAddress asked, Optional<AddressChoice> choice) {}

    record AddressClaim(JailId jail, HostId host, WantedAddress wanted, IpAddress address, Pool pool) {

        boolean isNamed() {
            return wanted.choice.isEmpty();
        }

        boolean isAdditional() {
            return wanted.role == Role.ADDITIONAL;
        }
    }

    private final List<Pool> pools;
    private final FreeAddresses rows;
    private final Set<JailId> jails;

    /** The maximum number of addresses to choose. */
    private final int maxAddresses;

    private final Set<IpAddress> named = new HashSet<>();
    private final Map<Pool, Deque<IpAddress>> free = new HashMap<>();
    private final Map<Pool, IpAddress> lastAssigned = new LinkedHashMap<>();
    private final Map<JailId, Failure> refused = new HashMap<>();
    private final Map<Asked, IpAddress> taken = new HashMap<>();

    /** What customers may have again, if it was read already. */
    private @Nullable OwnAddresses own;

    private record Asked(JailId jail, IpAddress address) {}

    /** An address that rests after it was of a customer, who may have it again. */
    record OwnResting(UUID customer, UUID pool, IpAddress address) {}

    /** What can be chosen. */
    interface FreeAddresses {

        /** Returns free addresses of a pool, at most as many as requested, in the order in which they are assigned. */
        List<IpAddress> nextFree(Pool pool, int wanted);

        /**
         * Returns the free addresses of these pools that rest after they were of the customers of these jails, at most as many as requested
         * of each pool and customer; those first that were released last.
         */
        List<OwnResting> ownResting(List<Pool> pools, Set<JailId> jails, int wanted);

        /** Returns the customers of jails. */
        Map<JailId, UUID> customers(Set<JailId> jails);

        /** Returns when the first address that rests in one of these pools can be chosen; empty if none rests. */
        Optional<Instant> endOfFirstRest(List<Pool> pools);
    }

    AddressSelection(List<Pool> pools, List<AddressRequest> requests, FreeAddresses rows) {
        this.pools = pools;
        this.rows = rows;
        this.jails = requests.stream().map(AddressRequest::jail).collect(Collectors.toSet());
        this.maxAddresses = requests.stream()
                .mapToInt(request -> 2 + request.choices().additional().size())
                .sum();
        requests.forEach(request -> request.choices().named(request.addresses()).forEach(named::add));
    }

    /** Returns the reason for each jail that cannot have its addresses. */
    Map<JailId, Failure> refused() {
        return refused;
    }

    /** Returns the address that was last chosen from each pool. */
    Map<Pool, IpAddress> lastAssigned() {
        return lastAssigned;
    }

    /** Notes that a jail has the address of a claim. */
    void noteTaken(AddressClaim claim) {
        taken.put(new Asked(claim.jail, claim.wanted.asked), claim.address);
    }

    /** Returns the address that a jail got for the one that it asked for. */
    IpAddress instead(JailId jail, IpAddress asked) {
        return Objects.requireNonNull(taken.get(new Asked(jail, asked)));
    }

    /** Returns the addresses that each jail should get; none for a jail that is rejected. */
    List<AddressClaim> claims(List<AddressRequest> requests) {
        Map<HostId, List<Pool>> byHost = requests.stream()
                .map(AddressRequest::host)
                .distinct()
                .collect(Collectors.toMap(host -> host, this::poolsOf));
        List<AddressClaim> claims = new ArrayList<>();
        for (AddressRequest request : requests) {
            claims.addAll(claims(request, byHost.getOrDefault(request.host(), List.of())));
        }
        return claims;
    }

    private List<AddressClaim> claims(AddressRequest request, List<Pool> usable) {
        List<AddressClaim> claims = new ArrayList<>();
        for (WantedAddress wanted : wanted(request, usable)) {
            Optional<AddressClaim> claim = wanted.choice.isPresent()
                    ? choose(request.jail(), request.host(), wanted, usable)
                    : claimNamed(request.jail(), request.host(), wanted, usable);
            if (claim.isEmpty()) {
                giveBack(claims);
                return List.of();
            }
            claims.add(claim.get());
        }
        return claims;
    }

    /** Leaves what was chosen for a jail that is rejected to the next one. */
    private void giveBack(List<AddressClaim> claims) {
        claims.reversed().stream()
                .filter(claim -> !claim.isNamed())
                .filter(claim -> !own().giveBack(claim.jail, claim.pool, claim.address))
                .forEach(claim -> Objects.requireNonNull(free.get(claim.pool)).addFirst(claim.address));
    }

    private OwnAddresses own() {
        OwnAddresses known = own;
        if (known == null) {
            known = OwnAddresses.read(rows, pools, jails, maxAddresses + named.size());
            own = known;
        }
        return known;
    }

    private List<WantedAddress> wanted(AddressRequest request, List<Pool> usable) {
        List<WantedAddress> wanted = new ArrayList<>();
        IpAddresses addresses = request.addresses();
        if (request.choices().primary() == AddressChoices.Primary.CHOSEN) {
            if (usable.isEmpty()) {
                refused.put(request.jail(), new PoolsExhausted("There is no address pool for this host.", "/ip"));
                return List.of();
            }
            for (AddressChoice family : AddressChoice.OfFamily.values()) {
                if (usable.stream().anyMatch(pool -> family.admits(pool.range))) {
                    wanted.add(new WantedAddress(
                            Role.PRIMARY, "/ip", addresses.primary().getFirst(), Optional.of(family)));
                }
            }
        } else {
            for (int i = 0; i < addresses.primary().size(); i++) {
                wanted.add(new WantedAddress(
                        Role.PRIMARY, "/ip/" + i, addresses.primary().get(i), Optional.empty()));
            }
        }
        for (int i = 0; i < addresses.additional().size(); i++) {
            IpAddress asked = addresses.additional().get(i);
            wanted.add(new WantedAddress(
                    Role.ADDITIONAL,
                    "/additionalAddresses/" + i,
                    asked,
                    Optional.ofNullable(request.choices().additional().get(asked))));
        }
        return wanted;
    }

    /**
     * Returns another address in place of a chosen one that another jail has taken meanwhile. Rejects the jail if it named the
     * address.
     *
     * @param leaving addresses that will be free once their hosts have released them
     */
    Optional<AddressClaim> insteadOf(AddressClaim lost, Set<IpAddress> leaving) {
        if (lost.isNamed()) {
            String pointer = lost.wanted.pointer;
            refused.putIfAbsent(
                    lost.jail,
                    leaving.contains(lost.address)
                            ? AddressTaken.untilReleased(lost.address, pointer)
                            : AddressTaken.byAJail(lost.address, pointer));
            return Optional.empty();
        }
        return choose(lost.jail, lost.host, lost.wanted, poolsOf(lost.host));
    }

    /** Rejects a jail because an address that it names rests until then, after it was another customer's. */
    void refuse(AddressClaim claim, Instant until) {
        refused.putIfAbsent(claim.jail, AddressTaken.untilRested(claim.address, until, claim.wanted.pointer));
    }

    private Optional<AddressClaim> claimNamed(JailId jail, HostId host, WantedAddress wanted, List<Pool> usable) {
        Optional<Pool> pool =
                usable.stream().filter(p -> p.range.contains(wanted.asked)).findFirst();
        if (pool.isEmpty()) {
            refused.putIfAbsent(jail, new InvalidRequest(wanted.pointer, "is not in any address pool for this host"));
        }
        return pool.map(of -> new AddressClaim(jail, host, wanted, wanted.asked, of));
    }

    private Optional<AddressClaim> choose(JailId jail, HostId host, WantedAddress wanted, List<Pool> usable) {
        AddressChoice choice = wanted.choice.orElseThrow();
        List<Pool> admitted =
                usable.stream().filter(pool -> choice.admits(pool.range)).toList();
        if (admitted.isEmpty()) {
            refused.putIfAbsent(
                    jail,
                    new InvalidRequest(
                            wanted.pointer,
                            choice instanceof AddressChoice.OfPool
                                    ? "is not an address pool for this host"
                                    : "cannot be chosen: this host has no pool of that family"));
            return Optional.empty();
        }
        for (Pool pool : admitted) {
            // First those that only this customer may have. Otherwise, who defines and removes jails would leave a pool
            // empty for others.
            Optional<IpAddress> again = own().next(jail, pool, named);
            if (again.isPresent()) {
                return Optional.of(new AddressClaim(jail, host, wanted, again.get(), pool));
            }
            Deque<IpAddress> left =
                    free.computeIfAbsent(pool, p -> new ArrayDeque<>(rows.nextFree(p, maxAddresses + named.size())));
            while (!left.isEmpty()) {
                IpAddress next = left.removeFirst();
                if (!named.contains(next)) {
                    lastAssigned.put(pool, next);
                    return Optional.of(new AddressClaim(jail, host, wanted, next, pool));
                }
            }
        }
        String version = choice.isV4() ? "IPv4" : "IPv6";
        refused.put(
                jail,
                rows.endOfFirstRest(admitted)
                        .map(end -> PoolsExhausted.untilRested(version, end, wanted.pointer))
                        .orElseGet(
                                () -> new PoolsExhausted("All " + version + " addresses are taken.", wanted.pointer)));
        return Optional.empty();
    }

    private List<Pool> poolsOf(HostId host) {
        return pools.stream()
                .filter(pool -> pool.host.isEmpty() || pool.host.get().equals(host))
                .toList();
    }
}
