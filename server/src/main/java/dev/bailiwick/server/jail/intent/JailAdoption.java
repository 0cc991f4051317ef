package dev.bailiwick.server.jail.intent;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.desired.DesiredJail;
import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.quota.Usage;
import dev.bailiwick.server.jail.intent.CustomerLocks.Bound;
import dev.bailiwick.server.jail.intent.HostRevisions.LockedHost;
import dev.bailiwick.server.jail.intent.Reservations.Claim;
import dev.bailiwick.server.jail.intent.firewall.FirewallRows;
import dev.bailiwick.server.jail.placement.RuleEnforcement;
import dev.bailiwick.server.jail.timeline.ChangeTimings;
import dev.bailiwick.server.jail.timeline.ChangeTimings.JailChange;
import dev.bailiwick.server.network.Addresses;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.InvalidRequest;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Takes over what a host has and the server does not: a jail, or a generation. The addresses that are held for the jail become its
 * own. For {@link Intents}, within its transactions.
 */
@Component
class JailAdoption {

    private final JdbcClient jdbc;
    private final IntentRows rows;
    private final FirewallRows firewalls;
    private final JailCreation creation;
    private final HostRevisions revisions;
    private final Addresses addresses;
    private final ChangeTimings timings;
    private final JailEvents events;
    private final CustomerLocks customers;
    private final Reservations reservations;
    private final RuleEnforcement enforcement;

    JailAdoption(
            JdbcClient jdbc,
            IntentRows rows,
            FirewallRows firewalls,
            JailCreation creation,
            HostRevisions revisions,
            Addresses addresses,
            ChangeTimings timings,
            JailEvents events,
            CustomerLocks customers,
            Reservations reservations,
            RuleEnforcement enforcement) {
        this.jdbc = jdbc;
        this.rows = rows;
        this.firewalls = firewalls;
        this.creation = creation;
        this.revisions = revisions;
        this.addresses = addresses;
        this.timings = timings;
        this.events = events;
        this.customers = customers;
        this.reservations = reservations;
        this.enforcement = enforcement;
    }

    void adopt(Caller caller, HostId host, DesiredJail.Present jail, Optional<CustomerId> customer) {
        JailId id = jail.id();
        JailDefinition definition = jail.definition();
        CustomerId owner = customer.orElseGet(() -> owner(jail));
        List<Bound> bounds = customers.tryLock(owner);
        enforcement.require(owner, host, "/customer");
        long generation = jail.generation() + 1;
        firewalls.announce(host, jail.network().firewall());
        LockedHost locked = revisions.next(host);
        IntentRow row = IntentRow.of(
                id,
                Optional.of(owner),
                host,
                generation,
                locked.revision(),
                Optional.empty(),
                Optional.empty(),
                definition);
        Failure why = creation.insert(List.of(row)).get(id);
        if (why != null) {
            throw why;
        }
        firewalls.replace(id, jail.network().firewall());
        if (!owner.toString().equals(jail.owner())) {
            firewalls.removePeers(id);
        }
        takeHeldAddresses(host, id, generation);
        addresses.take(id, host, definition.addresses());
        Usage asked = Usage.of(definition, OptionalLong.empty());
        reservations.require(new Claim(id, owner, host, Usage.NONE, asked), bounds, locked.capacity());
        timings.changed(List.of(new JailChange(id, generation, row.revision())));
        events.record(caller, id, owner, new JailEvent.Adopted(definition.name().value(), generation, host.toString()));
    }

    private static CustomerId owner(DesiredJail.Present jail) {
        try {
            return CustomerId.parse(jail.owner());
        } catch (InvalidValue e) {
            throw new InvalidRequest("/customer", "is required: the host does not know whose the jail is");
        }
    }

    void raise(HostId host, JailId id, long generation) {
        rows.raise(host, id, generation);
        takeHeldAddresses(host, id, generation + 1);
    }

    /** They leave the jail with this generation unless that has them. */
    private void takeHeldAddresses(HostId host, JailId id, long generation) {
        jdbc.sql("""
                        UPDATE jail_address SET jail_id = held_jail, held_host = NULL, held_jail = NULL, leaves_with = ?
                        WHERE held_host = ? AND held_jail = ?
                        """).params(generation, host.value(), id.value()).update();
    }
}
