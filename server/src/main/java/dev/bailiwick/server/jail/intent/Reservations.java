package dev.bailiwick.server.jail.intent;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.quota.Ledger;
import dev.bailiwick.server.account.quota.Quota;
import dev.bailiwick.server.account.quota.Usage;
import dev.bailiwick.server.account.quota.Usages;
import dev.bailiwick.server.jail.intent.CustomerLocks.Bound;
import dev.bailiwick.server.jail.placement.PlacedJail;
import dev.bailiwick.server.problem.Failure;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;

/**
 * Holds the quotas of customers and what hosts promise, in the transaction that stores definitions: after these are stored, and before
 * the commit. A customer or a host without a bound costs no statement. The quota of a reseller bounds what its customers have, too.
 *
 * <p>INVARIANT: whatever adds to what a customer, its reseller or a host has locks its row before, so the sum of the other jails stays until the
 * commit.
 */
@Component
class Reservations {

    private final Usages usages;

    Reservations(Usages usages) {
        this.usages = usages;
    }

    /**
     * A jail that gets more.
     *
     * @param before what it had of its customer and its host until now
     */
    record Claim(JailId jail, CustomerId customer, HostId host, Usage before, Usage after) {}

    /**
     * Returns why some of the jails cannot have what they are to have. Each jail is checked with those before it that can.
     *
     * @param bounds of each customer, which are locked
     * @param capacities of the hosts, whose rows are locked; a host that is missing is not checked
     */
    Map<JailId, Failure> refused(
            List<Claim> claims, Map<CustomerId, List<Bound>> bounds, Map<HostId, Quota> capacities) {
        List<JailId> jails = claims.stream().map(Claim::jail).toList();
        Map<CustomerId, Ledger> customers = new HashMap<>();
        Map<HostId, Ledger> hosts = new HashMap<>();
        for (Claim claim : claims) {
            for (Bound bound : bounds.getOrDefault(claim.customer(), List.of())) {
                if (bound.quota().bounds()) {
                    customers.computeIfAbsent(
                            bound.customer(), customer -> new Ledger(bound.quota(), usages.of(customer, jails)));
                }
            }
            Quota capacity = capacities.getOrDefault(claim.host(), Quota.NONE);
            if (capacity.bounds()) {
                hosts.computeIfAbsent(claim.host(), host -> new Ledger(capacity, usages.of(host, jails)));
            }
        }
        Map<JailId, Failure> refused = new LinkedHashMap<>();
        if (customers.isEmpty() && hosts.isEmpty()) {
            return refused;
        }
        for (Claim claim : counted(claims, bounds)) {
            Map<Ledger, Ledger.Owner> ledgers = new LinkedHashMap<>();
            for (Bound bound : bounds.getOrDefault(claim.customer(), List.of())) {
                Optional.ofNullable(customers.get(bound.customer()))
                        .ifPresent(ledger -> ledgers.put(
                                ledger,
                                bound.customer().equals(claim.customer())
                                        ? Ledger.Owner.CUSTOMER
                                        : Ledger.Owner.RESELLER));
            }
            Optional.ofNullable(hosts.get(claim.host())).ifPresent(ledger -> ledgers.put(ledger, Ledger.Owner.HOST));
            Optional<Failure> why = ledgers.entrySet().stream()
                    .flatMap(ledger ->
                            ledger.getKey().refusal(ledger.getValue(), claim.before(), claim.after()).stream())
                    .findFirst();
            why.ifPresent(failure -> refused.put(claim.jail(), failure));
            ledgers.keySet().forEach(ledger -> ledger.add(why.isPresent() ? claim.before() : claim.after()));
        }
        return refused;
    }

    /**
     * Returns why some of the new jails have more addresses than their plans allow.
     *
     * @param jails those with chosen or named addresses, which are stored
     */
    Map<JailId, Failure> beyondPlans(List<PlacedJail> jails) {
        Map<JailId, Usage> bounded = jails.stream()
                .filter(jail -> jail.placed()
                        .plan()
                        .filter(plan -> plan.terms().addresses() != null)
                        .isPresent())
                .collect(Collectors.toMap(PlacedJail::id, jail -> Usage.of(jail.definition(), OptionalLong.empty())));
        Map<JailId, Failure> beyond = new HashMap<>();
        if (!bounded.isEmpty()) {
            Map<JailId, Usage> counted = usages.withAddresses(bounded);
            jails.forEach(jail -> Optional.ofNullable(counted.get(jail.id()))
                    .flatMap(has ->
                            jail.placed().plan().flatMap(plan -> plan.terms().tooMany(has.addresses())))
                    .ifPresent(why -> beyond.put(jail.id(), why)));
        }
        return beyond;
    }

    /** Checks one jail. */
    void require(Claim claim, List<Bound> bounds, Quota capacity) {
        refused(List.of(claim), Map.of(claim.customer(), bounds), Map.of(claim.host(), capacity))
                .values()
                .forEach(why -> {
                    throw why;
                });
    }

    /** Returns the claims with the addresses that their jails have: those of some jails were chosen. */
    private List<Claim> counted(List<Claim> claims, Map<CustomerId, List<Bound>> bounds) {
        if (bounds.values().stream()
                .flatMap(List::stream)
                .allMatch(bound -> bound.quota().addresses() == null)) {
            return claims;
        }
        Map<JailId, Usage> counted =
                usages.withAddresses(claims.stream().collect(Collectors.toMap(Claim::jail, Claim::after)));
        return claims.stream()
                .map(claim -> new Claim(
                        claim.jail(),
                        claim.customer(),
                        claim.host(),
                        claim.before(),
                        counted.getOrDefault(claim.jail(), claim.after())))
                .toList();
    }
}
