package dev.bailiwick.server.jail.intent;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.quota.Usage;
import dev.bailiwick.server.jail.intent.CustomerLocks.LockedCustomer;
import dev.bailiwick.server.jail.intent.HostRevisions.LockedHost;
import dev.bailiwick.server.jail.intent.Reservations.Claim;
import dev.bailiwick.server.jail.placement.DraftAddresses;
import dev.bailiwick.server.jail.placement.HostFit;
import dev.bailiwick.server.jail.placement.PlacedJail;
import dev.bailiwick.server.jail.placement.RuleEnforcement;
import dev.bailiwick.server.jail.timeline.ChangeTimings;
import dev.bailiwick.server.jail.timeline.ChangeTimings.JailChange;
import dev.bailiwick.server.network.Addresses;
import dev.bailiwick.server.problem.Failure;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;

/** Stores the first generations of jails, with their addresses. For {@link Intents}, within its transactions. */
@Component
class JailCreation {

    private final IntentRows rows;
    private final IntentConflicts conflicts;
    private final IntentRemovals removals;
    private final HostRevisions revisions;
    private final Addresses addresses;
    private final ChangeTimings timings;
    private final JailEvents events;
    private final CustomerLocks customers;
    private final Reservations reservations;
    private final RuleEnforcement enforcement;

    JailCreation(
            IntentRows rows,
            IntentConflicts conflicts,
            IntentRemovals removals,
            HostRevisions revisions,
            Addresses addresses,
            ChangeTimings timings,
            JailEvents events,
            CustomerLocks customers,
            Reservations reservations,
            RuleEnforcement enforcement) {
        this.rows = rows;
        this.conflicts = conflicts;
        this.removals = removals;
        this.revisions = revisions;
        this.addresses = addresses;
        this.timings = timings;
        this.events = events;
        this.customers = customers;
        this.reservations = reservations;
        this.enforcement = enforcement;
    }

    /** @return why some cannot be stored; nothing is left of these */
    Map<JailId, Failure> store(Caller caller, List<PlacedJail> jails) {
        Map<CustomerId, LockedCustomer> owners = customers.lock(
                jails.stream().map(jail -> jail.jail().customer()).distinct().toList());
        Map<HostId, LockedHost> next =
                revisions.next(jails.stream().map(PlacedJail::host).distinct().toList());
        Map<JailId, Failure> refused = unenforced(jails);
        List<IntentRow> wanted = new ArrayList<>();
        for (PlacedJail jail : without(jails, refused)) {
            LockedHost host = next.get(jail.host());
            if (host == null) {
                refused.put(jail.id(), HostFit.noHost());
            } else {
                wanted.add(IntentRow.of(jail, host.revision()));
            }
        }
        refused.putAll(insert(wanted));
        List<PlacedJail> inserted = without(jails, refused);
        Map<JailId, Failure> withoutAddresses = addresses.take(
                inserted.stream().map(JailCreation::addressRequest).toList());
        removals.undo(withoutAddresses.keySet());
        refused.putAll(withoutAddresses);
        List<PlacedJail> complete = without(inserted, withoutAddresses);
        Map<JailId, Failure> withoutRoom = reservations.beyondPlans(complete);
        withoutRoom.putAll(withoutRoom(without(complete, withoutRoom), owners, next));
        removals.undo(withoutRoom.keySet());
        refused.putAll(withoutRoom);
        List<PlacedJail> stored = without(complete, withoutRoom);
        timings.changed(stored.stream()
                .map(jail -> new JailChange(
                        jail.id(),
                        1,
                        Objects.requireNonNull(next.get(jail.host())).revision()))
                .toList());
        stored.forEach(jail -> events.record(
                caller,
                jail.id(),
                jail.jail().customer(),
                new JailEvent.Created(
                        jail.definition().name().value(), 1, jail.host().toString())));
        return refused;
    }

    /** Returns why some of the jails cannot be on their hosts: their customers may have got rules since they were placed. */
    private Map<JailId, Failure> unenforced(List<PlacedJail> jails) {
        Map<HostId, String> refusals =
                enforcement.refusals(jails.stream().map(PlacedJail::host).collect(Collectors.toSet()));
        Map<CustomerId, Boolean> withRules = new HashMap<>();
        Map<JailId, Failure> refused = new HashMap<>();
        for (PlacedJail jail : jails) {
            String reason = refusals.get(jail.host());
            if (reason != null && withRules.computeIfAbsent(jail.jail().customer(), enforcement::hasRules)) {
                refused.put(jail.id(), RuleEnforcement.refusal("/host", reason));
            }
        }
        return refused;
    }

    /** @return why some of the jails would exceed the quotas of their customers, or what their hosts promise */
    private Map<JailId, Failure> withoutRoom(
            List<PlacedJail> jails, Map<CustomerId, LockedCustomer> owners, Map<HostId, LockedHost> hosts) {
        return reservations.refused(
                jails.stream()
                        .map(jail -> new Claim(
                                jail.id(),
                                jail.jail().customer(),
                                jail.host(),
                                Usage.NONE,
                                Usage.of(jail.definition(), disk(jail))))
                        .toList(),
                owners.entrySet().stream()
                        .collect(Collectors.toMap(
                                Map.Entry::getKey, owner -> owner.getValue().bounds())),
                hosts.entrySet().stream()
                        .collect(Collectors.toMap(
                                Map.Entry::getKey, host -> host.getValue().capacity())));
    }

    /** @return why some of the rows were not inserted */
    Map<JailId, Failure> insert(List<IntentRow> wanted) {
        Set<JailId> inserted = rows.insert(wanted);
        List<IntentRow> others =
                wanted.stream().filter(row -> !inserted.contains(row.jail())).toList();
        Map<JailId, Failure> refused = conflicts.of(others);
        // What stood in the way when they were to be inserted may be gone by now.
        others.forEach(row -> refused.putIfAbsent(row.jail(), JailAlreadyExists.atLeavingPath(row.path())));
        return refused;
    }

    private static OptionalLong disk(PlacedJail jail) {
        return jail.placed().plan().map(plan -> plan.terms().promisedDisk()).orElse(OptionalLong.empty());
    }

    private static Addresses.AddressRequest addressRequest(PlacedJail jail) {
        return new Addresses.AddressRequest(
                jail.id(),
                jail.host(),
                jail.definition().addresses(),
                DraftAddresses.of(jail.jail().draft(), Optional.empty()).choices());
    }

    private static List<PlacedJail> without(List<PlacedJail> jails, Map<JailId, Failure> refused) {
        return jails.stream().filter(jail -> !refused.containsKey(jail.id())).toList();
    }
}
