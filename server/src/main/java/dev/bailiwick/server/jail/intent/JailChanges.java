package dev.bailiwick.server.jail.intent;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.desired.DesiredJail;
import dev.bailiwick.jail.firewall.Firewall;
import dev.bailiwick.server.account.AccountEvent;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.quota.Quota;
import dev.bailiwick.server.account.quota.Usage;
import dev.bailiwick.server.jail.intent.CustomerLocks.Bound;
import dev.bailiwick.server.jail.intent.HostRevisions.LockedHost;
import dev.bailiwick.server.jail.intent.Reservations.Claim;
import dev.bailiwick.server.jail.intent.firewall.CustomerFirewallRows;
import dev.bailiwick.server.jail.intent.firewall.CustomerFirewallRows.CustomerFirewall;
import dev.bailiwick.server.jail.intent.firewall.FirewallRows;
import dev.bailiwick.server.jail.placement.Redefinition;
import dev.bailiwick.server.jail.placement.RuleEnforcement;
import dev.bailiwick.server.jail.timeline.ChangeTimings;
import dev.bailiwick.server.jail.timeline.ChangeTimings.JailChange;
import dev.bailiwick.server.jail.view.JailPlan;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.network.Addresses;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Changes definitions of jails, and whose they are. For {@link Intents}, within its transactions. */
@Component
class JailChanges {

    private final JdbcClient jdbc;
    private final IntentRows rows;
    private final FirewallRows firewalls;
    private final CustomerFirewallRows ofCustomers;
    private final IntentConflicts conflicts;
    private final Addresses addresses;
    private final HostRevisions revisions;
    private final CustomerLocks customers;
    private final Reservations reservations;
    private final RuleEnforcement enforcement;
    private final JailEvents events;
    private final ChangeTimings timings;
    private final Clock clock;

    JailChanges(
            JdbcClient jdbc,
            IntentRows rows,
            FirewallRows firewalls,
            CustomerFirewallRows ofCustomers,
            IntentConflicts conflicts,
            Addresses addresses,
            HostRevisions revisions,
            CustomerLocks customers,
            Reservations reservations,
            RuleEnforcement enforcement,
            JailEvents events,
            ChangeTimings timings,
            Clock clock) {
        this.jdbc = jdbc;
        this.rows = rows;
        this.firewalls = firewalls;
        this.ofCustomers = ofCustomers;
        this.conflicts = conflicts;
        this.addresses = addresses;
        this.revisions = revisions;
        this.customers = customers;
        this.reservations = reservations;
        this.enforcement = enforcement;
        this.events = events;
        this.timings = timings;
        this.clock = clock;
    }

    /** @param plan the plan that the jail is on from now on */
    JailView redefine(
            Caller caller, JailView before, Redefinition next, Optional<JailPlan> plan, IntentRows.Change change) {
        JailDefinition definition = next.definition();
        JailId id = before.id();
        long expected = before.generation();
        Claim claim = new Claim(id, before.customer(), before.host(), used(before), Usage.of(definition, disk(plan)));
        boolean grows = claim.after().exceeds(claim.before());
        List<Bound> bounds = grows ? customers.lock(before.customer()) : List.of();
        LockedHost host = revisions.next(before.host());
        IntentRow row = IntentRow.of(
                id,
                Optional.empty(),
                before.host(),
                expected + 1,
                host.revision(),
                before.externalId(),
                plan.map(JailPlan::version),
                definition);
        Instant now = now();
        if (!definition.path().equals(before.definition().path())) {
            conflicts.of(List.of(row)).values().forEach(why -> {
                throw why;
            });
        }
        rows.refuseUnlessStored(rows.update(row, expected, next.previous().text(), change, now), id, expected);
        timings.changed(List.of(new JailChange(id, row.generation(), row.revision())));
        if (!definition.policy().equals(before.definition().policy())) {
            rows.replaceOverrides(row);
        }
        JailDefinition stored = definition;
        if (!definition.addresses().equals(before.definition().addresses())) {
            stored = definition.with(
                    addresses.replace(id, before.host(), definition.addresses(), next.choices(), expected + 1));
        }
        if (grows) {
            reservations.require(claim, bounds, host.capacity());
        }
        events.record(caller, id, before.customer(), new JailEvent.Changed(expected + 1));
        return before.next(stored, now).on(plan);
    }

    /** Stores what the host has of the jail. Rules stay if it has none: its agent may be of a version that does not know them. */
    void settle(Caller caller, JailView before, DesiredJail.Present adopted) {
        Firewall firewall = adopted.network().firewall();
        firewalls.announce(before.host(), firewall);
        JailView _ = redefine(
                caller, before, Redefinition.of(adopted.definition()), before.plan(), IntentRows.Change.SETTLES);
        if (!firewall.rules().isEmpty()) {
            firewalls.replace(before.id(), firewall);
        }
    }

    /** Tells the host again what is wanted of the jail, as another generation. */
    void renew(Caller caller, JailView before) {
        JailId id = before.id();
        long next = before.generation() + 1;
        long revision = revisions.next(before.host()).revision();
        rows.refuseUnlessStored(rows.renew(id, before.generation(), revision, now()), id, before.generation());
        timings.changed(List.of(new JailChange(id, next, revision)));
        events.record(caller, id, before.customer(), new JailEvent.Changed(next));
    }

    JailView setFirewall(Caller caller, JailView before, Firewall firewall) {
        JailId id = before.id();
        long next = before.generation() + 1;
        firewalls.announce(before.host(), firewall);
        long revision = revisions.next(before.host()).revision();
        Instant now = now();
        rows.refuseUnlessStored(rows.renew(id, before.generation(), revision, now), id, before.generation());
        firewalls.replace(id, firewall);
        timings.changed(List.of(new JailChange(id, next, revision)));
        events.record(
                caller,
                id,
                before.customer(),
                new JailEvent.FirewallChanged(next, firewall.rules().size()));
        return before.next(before.definition(), now);
    }

    /** Replaces the rules of a customer, which is locked, and gives each of its jails another generation. */
    void setFirewall(Caller caller, CustomerId customer, CustomerFirewall next) {
        List<HostId> hosts = ofCustomers.hosts(customer);
        firewalls.announce(hosts, next.firewall());
        Map<HostId, LockedHost> locked = revisions.next(hosts);
        ofCustomers.replace(customer, next);
        int jails = rows.renewAll(customer, locked, now());
        events.record(
                caller,
                customer,
                new AccountEvent.CustomerFirewallChanged(next.firewall().rules().size(), jails));
    }

    JailView move(Caller caller, JailView before, CustomerId customer) {
        JailId id = before.id();
        List<Bound> bounds = customers.without(before.customer(), customers.lockFor(customer));
        enforcement.require(customer, before.host(), "/customer");
        long revision = revisions.next(before.host()).revision();
        IntentRow row = IntentRow.of(
                id,
                Optional.of(customer),
                before.host(),
                before.generation() + 1,
                revision,
                before.externalId(),
                before.plan().map(JailPlan::version),
                before.definition());
        Instant now = now();
        rows.refuseUnlessStored(rows.move(row, before.generation(), now), id, before.generation());
        timings.changed(List.of(new JailChange(id, row.generation(), revision)));
        // Its host has promised it that already, and of its reseller it has that already if both customers have the
        // same one.
        reservations.require(new Claim(id, customer, before.host(), Usage.NONE, used(before)), bounds, Quota.NONE);
        firewalls.removePeers(id);
        jdbc.sql("UPDATE kept_files SET customer_id = ? WHERE jail_id = ?")
                .params(customer.value(), id.value())
                .update();
        String name = before.definition().name().value();
        long generation = before.generation() + 1;
        // An event for each of the two: neither customer learns of the other.
        events.record(caller, id, before.customer(), new JailEvent.MovedAway(name, generation));
        events.record(caller, id, customer, new JailEvent.Moved(name, generation));
        return before.next(before.definition(), now).of(customer);
    }

    private static Usage used(JailView jail) {
        return Usage.of(jail.definition(), disk(jail.plan()));
    }

    private static OptionalLong disk(Optional<JailPlan> plan) {
        return plan.map(JailPlan::disk).orElse(OptionalLong.empty());
    }

    /** To the microsecond, as PostgreSQL stores it. */
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
