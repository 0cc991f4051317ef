package dev.bailiwick.server.jail.intent;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.quota.Ledger;
import dev.bailiwick.server.account.quota.Quota;
import dev.bailiwick.server.account.quota.Usage;
import dev.bailiwick.server.account.quota.Usages;
import dev.bailiwick.server.jail.placement.PlacedJail;
import dev.bailiwick.server.problem.Failure;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.stereotype.Component;

/**
 * Holds the quotas of customers and what hosts promise, in the transaction that stores definitions: after these are stored, and before
 * the commit. A customer or a host without a bound costs no statement.
 *
 * <p>INVARIANT: whatever adds to what a customer or a host has locks its row before, so the sum of the other jails stays until the
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
     * @param quotas of the customers, whose rows are locked
     * @param capacities of the hosts, whose rows are locked; a host that is missing is not checked
     */
    Map<JailId, Failure> refused(List<Claim> claims, Map<CustomerId, Quota> quotas, Map<HostId, Quota> capacities) {
        List<JailId> jails = claims.stream().map(Claim::jail).toList();
        Map<CustomerId, Ledger> customers = new HashMap<>();
        Map<HostId, Ledger> hosts = new HashMap<>();
        for (Claim claim : claims) {
            Quota quota = quotas.getOrDefault(claim.customer(), Quota.NONE);
            if (quota.bounds()) {
                customers.computeIfAbsent(
                        claim.customer(), customer -> Ledger.ofCustomer(quota, usages.of(customer, jails)));
            }
            Quota capacity = capacities.getOrDefault(claim.host(), Quota.NONE);
            if (capacity.bounds()) {
                hosts.computeIfAbsent(claim.host(), host -> Ledger.ofHost(capacity, usages.of(host, jails)));
            }
        }
        Map<JailId, Failure> refused = new LinkedHashMap<>();
        if (customers.isEmpty() && hosts.isEmpty()) {
            return refused;
        }
        for (Claim claim : counted(claims, quotas)) {
            List<Ledger> ledgers = Stream.of(
                            Optional.ofNullable(customers.get(claim.customer())),
                            Optional.ofNullable(hosts.get(claim.host())))
                    .flatMap(Optional::stream)
                    .toList();
            Optional<Failure> why = ledgers.stream()
                    .flatMap(ledger -> ledger.refusal(claim.before(), claim.after()).stream())
                    .findFirst();
            why.ifPresent(failure -> refused.put(claim.jail(), failure));
            ledgers.forEach(ledger -> ledger.add(why.isPresent() ? claim.before() : claim.after()));
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
    void require(Claim claim, Quota quota, Quota capacity) {
        refused(List.of(claim), Map.of(claim.customer(), quota), Map.of(claim.host(), capacity))
                .values()
                .forEach(why -> {
                    throw why;
                });
    }

    /** Returns the claims with the addresses that their jails have: those of some jails were chosen. */
    private List<Claim> counted(List<Claim> claims, Map<CustomerId, Quota> quotas) {
        if (quotas.values().stream().allMatch(quota -> quota.addresses() == null)) {
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
