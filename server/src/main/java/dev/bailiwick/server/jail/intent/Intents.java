package dev.bailiwick.server.jail.intent;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.desired.Desired;
import dev.bailiwick.jail.desired.PreviousFiles;
import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.audit.Audit;
import dev.bailiwick.server.audit.Subject;
import dev.bailiwick.server.jail.placement.DraftCompletion;
import dev.bailiwick.server.jail.placement.HostFit;
import dev.bailiwick.server.jail.placement.PlacedJail;
import dev.bailiwick.server.jail.timeline.ChangeTimings;
import dev.bailiwick.server.jail.timeline.ChangeTimings.JailChange;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.network.Addresses;
import dev.bailiwick.server.notification.Notification;
import dev.bailiwick.server.notification.Notifications;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.InvalidRequest;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Writes what is wanted. Each method is one transaction: the jail gets a new generation, its host a new revision that the jail is
 * stamped with, and the audit an event; on commit listeners are notified. What they return is the jail as it is then, so that nobody has to
 * read it again.
 *
 * <p>INVARIANT: locks are taken in one order, so that no two transactions wait for each other: customer, host, jail, addresses; of one
 * kind in the order of their ids. The host's row is locked by the bump of its revision, before any row of a jail. So a host's revisions
 * become visible in their order, and whoever has seen one has seen all before it.
 */
@Service
public class Intents {

    private final JdbcClient jdbc;
    private final IntentRows rows;
    private final IntentRemovals removals;
    private final Addresses addresses;
    private final Audit audit;
    private final Notifications notifications;
    private final ChangeTimings timings;
    private final Clock clock;

    Intents(
            JdbcClient jdbc,
            IntentRows rows,
            IntentRemovals removals,
            Addresses addresses,
            Audit audit,
            Notifications notifications,
            ChangeTimings timings,
            Clock clock) {
        this.jdbc = jdbc;
        this.rows = rows;
        this.removals = removals;
        this.addresses = addresses;
        this.audit = audit;
        this.notifications = notifications;
        this.timings = timings;
        this.clock = clock;
    }

    /** Stores the first generation of a jail. Chooses its addresses unless it brings some; those of the definition do not count. */
    @Transactional
    public void define(Caller caller, PlacedJail jail) {
        Failure why = store(caller, List.of(jail)).get(jail.id());
        if (why != null) {
            throw why;
        }
    }

    /**
     * Stores the first generations of those jails that can be, or none; with as many statements as for a few.
     *
     * @param jails not two that want one thing
     * @return by id, why the others cannot
     * @throws BatchRefused if the batch is to be stored as a whole and cannot
     */
    @Transactional
    public Map<JailId, Failure> define(Caller caller, List<PlacedJail> jails, BatchMode mode) {
        // Batches come one after another, so that no two wait for each other's external ids.
        jdbc.sql("SELECT pg_advisory_xact_lock(hashtext('jail_batch'))")
                .query((row, number) -> number)
                .list();
        Map<JailId, Failure> refused = store(caller, jails);
        if (mode == BatchMode.WHOLE && !refused.isEmpty()) {
            throw BatchRefused.of(jails, refused);
        }
        return refused;
    }

    /** @return why some cannot be stored; nothing is left of these */
    private Map<JailId, Failure> store(Caller caller, List<PlacedJail> jails) {
        Map<HostId, Long> revisions =
                bump(jails.stream().map(PlacedJail::host).distinct().toList());
        Map<JailId, Failure> refused = new HashMap<>();
        List<IntentRow> wanted = new ArrayList<>();
        for (PlacedJail jail : jails) {
            Long revision = revisions.get(jail.host());
            if (revision == null) {
                refused.put(jail.id(), HostFit.noHost());
            } else {
                wanted.add(IntentRow.of(jail, revision));
            }
        }
        refused.putAll(insert(wanted));
        List<PlacedJail> inserted = without(jails, refused);
        Map<JailId, Failure> withoutAddresses =
                addresses.take(inserted.stream().map(Intents::wish).toList());
        removals.undo(withoutAddresses.keySet());
        refused.putAll(withoutAddresses);
        List<PlacedJail> stored = without(inserted, withoutAddresses);
        timings.changed(stored.stream()
                .map(jail -> new JailChange(jail.id(), 1, revisions.getOrDefault(jail.host(), 0L)))
                .toList());
        stored.forEach(jail -> record(
                caller,
                jail.id(),
                jail.jail().customer(),
                new JailEvent.Created(
                        jail.definition().name().value(), 1, jail.host().toString())));
        return refused;
    }

    /** @return why some of the rows were not inserted */
    private Map<JailId, Failure> insert(List<IntentRow> wanted) {
        Set<JailId> inserted = rows.insert(wanted);
        List<IntentRow> others =
                wanted.stream().filter(row -> !inserted.contains(row.jail())).toList();
        Map<JailId, Failure> refused = rows.conflicts(others);
        // What stood in the way when they were to be inserted may be gone by now.
        others.forEach(row -> refused.putIfAbsent(row.jail(), JailAlreadyExists.atPath(row.path())));
        return refused;
    }

    private static Addresses.Wish wish(PlacedJail jail) {
        return new Addresses.Wish(
                jail.id(),
                jail.host(),
                DraftCompletion.choosesAddresses(jail.jail().draft())
                        ? Optional.empty()
                        : Optional.of(jail.definition().addresses()));
    }

    private static List<PlacedJail> without(List<PlacedJail> jails, Map<JailId, Failure> refused) {
        return jails.stream().filter(jail -> !refused.containsKey(jail.id())).toList();
    }

    /**
     * Takes over a jail that a host has and nothing here names, with the addresses that are held for it.
     *
     * @param customer whose it is to be; empty for the one that the host has it of
     */
    @Transactional
    public void adopt(Caller caller, HostId host, Desired.Kept jail, Optional<CustomerId> customer) {
        JailId id = jail.id();
        JailDefinition definition = jail.definition();
        CustomerId owner = customer.orElseGet(() -> owner(jail));
        long generation = jail.generation() + 1;
        IntentRow row =
                IntentRow.of(id, Optional.of(owner), host, generation, bump(host), Optional.empty(), definition);
        Failure why = insert(List.of(row)).get(id);
        if (why != null) {
            throw why;
        }
        takeHeldAddresses(host, id, generation);
        addresses.take(id, host, definition.addresses());
        timings.changed(List.of(new JailChange(id, generation, row.revision())));
        record(caller, id, owner, new JailEvent.Adopted(definition.name().value(), generation, host.toString()));
    }

    private static CustomerId owner(Desired.Kept jail) {
        try {
            return CustomerId.parse(jail.owner());
        } catch (InvalidValue e) {
            throw new InvalidRequest("/customer", "is required: the host does not know whose the jail is");
        }
    }

    /** Has a jail's next generation be above this one, which its host has, and gives it the addresses that are held for it. */
    @Transactional(propagation = Propagation.MANDATORY)
    public void raise(HostId host, JailId id, long generation) {
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

    /**
     * @param previous what becomes of files that the jail has at another path; the choice of the definition that changed the path last
     *     counts
     * @return the jail as it is then
     * @throws GenerationConflict if the jail has another generation by now
     */
    @Transactional
    public JailView redefine(Caller caller, JailView before, JailDefinition definition, PreviousFiles previous) {
        JailId id = before.id();
        long expected = before.generation();
        IntentRow row = IntentRow.of(
                id,
                Optional.empty(),
                before.host(),
                expected + 1,
                bump(before.host()),
                before.externalId(),
                definition);
        Instant now = now();
        if (!definition.path().equals(before.definition().path())) {
            rows.conflicts(List.of(row)).values().forEach(why -> {
                throw why;
            });
        }
        refuseUnlessStored(rows.update(row, expected, previous.text(), now), id, expected);
        timings.changed(List.of(new JailChange(id, row.generation(), row.revision())));
        if (!definition.policy().equals(before.definition().policy())) {
            rows.replaceOverrides(row);
        }
        if (!definition.addresses().equals(before.definition().addresses())) {
            addresses.leave(id, definition.addresses(), expected + 1);
            addresses.take(id, before.host(), definition.addresses());
        }
        record(caller, id, before.customer(), new JailEvent.Changed(expected + 1));
        return before.next(definition, now);
    }

    /**
     * Makes the jail another customer's, with all its files on its host.
     *
     * @throws InvalidRequest if there is no such customer
     * @throws JailAlreadyExists if that customer has a jail of the same name or external id
     */
    @Transactional
    public JailView move(Caller caller, JailView before, CustomerId customer) {
        JailId id = before.id();
        if (jdbc.sql("SELECT FROM customer WHERE id = ? AND retired_at IS NULL FOR SHARE")
                .param(customer.value())
                .query((row, number) -> number)
                .optional()
                .isEmpty()) {
            throw new InvalidRequest("/customer", "is not a customer");
        }
        long revision = bump(before.host());
        IntentRow row = IntentRow.of(
                id,
                Optional.of(customer),
                before.host(),
                before.generation() + 1,
                revision,
                before.externalId(),
                before.definition());
        Instant now = now();
        refuseUnlessStored(rows.move(row, before.generation(), now), id, before.generation());
        timings.changed(List.of(new JailChange(id, row.generation(), revision)));
        jdbc.sql("UPDATE kept_files SET customer_id = ? WHERE jail_id = ?")
                .params(customer.value(), id.value())
                .update();
        String name = before.definition().name().value();
        long generation = before.generation() + 1;
        // An event for each of the two: neither customer learns of the other.
        record(caller, id, before.customer(), new JailEvent.MovedAway(name, generation));
        record(caller, id, customer, new JailEvent.Moved(name, generation));
        return before.next(before.definition(), now).of(customer);
    }

    /** Carries out a change of a jail that finds it as it stays until the commit. */
    @Transactional
    public <T> T locking(JailId jail, Supplier<T> change) {
        jdbc.sql("SELECT id FROM host WHERE id = (SELECT host_id FROM jail WHERE id = ?) FOR NO KEY UPDATE")
                .param(jail.value())
                .query((row, number) -> number)
                .list();
        return change.get();
    }

    /**
     * Has a jail run, stop, restart, or stop for good. One that is removed leaves a tombstone for its host to find.
     *
     * @return the jail as it is then; empty where nothing at all is left, because its host has never been there
     * @throws GenerationConflict if the jail has another generation by now
     */
    @Transactional
    public Optional<JailView> act(Caller caller, JailView before, JailAction action) {
        Map<JailId, Optional<JailView>> done = act(caller, List.of(new IntentAction(before, action)));
        refuseUnlessStored(done.size(), before.id(), before.generation());
        return done.values().iterator().next();
    }

    /**
     * As {@link #act(Caller, JailView, JailAction)}, for many jails with as many statements as for one.
     *
     * @return by id, for those that were as they were read and about which no operator has to decide first
     */
    @Transactional
    public Map<JailId, Optional<JailView>> act(Caller caller, List<IntentAction> actions) {
        if (actions.isEmpty()) {
            return Map.of();
        }
        Map<HostId, Long> revisions = bump(
                actions.stream().map(action -> action.jail().host()).distinct().toList());
        Instant now = now();
        Set<JailId> stored = rows.act(
                actions.stream()
                        .map(action ->
                                action.row(revisions.getOrDefault(action.jail().host(), 0L)))
                        .toList(),
                now);
        List<IntentAction> done = actions.stream()
                .filter(action -> stored.contains(action.jail().id()))
                .toList();
        Set<JailId> forgotten = removals.forgetUnseen(done.stream()
                .filter(action -> action.action() instanceof JailAction.Remove)
                .map(action -> action.jail().id())
                .toList());
        timings.changed(done.stream()
                .map(action -> new JailChange(
                        action.jail().id(),
                        action.generation(),
                        revisions.getOrDefault(action.jail().host(), 0L)))
                .toList());
        done.forEach(action -> record(caller, action.jail().id(), action.jail().customer(), action.event()));
        return done.stream()
                .collect(Collectors.toMap(
                        action -> action.jail().id(),
                        action -> forgotten.contains(action.jail().id())
                                ? Optional.empty()
                                : Optional.of(action.done(now))));
    }

    /** Has a host delete the files that a removed jail left. The host's row is locked by now. */
    @Transactional(propagation = Propagation.MANDATORY)
    public void deleteFiles(Caller caller, LeftFiles files, CustomerId customer) {
        removals.bringBack(files.id(), bump(files.host()), now());
        record(caller, files.jail(), customer, new JailEvent.FilesDeleted(files.path()));
    }

    /**
     * Forgets those retired jails of which nothing is left on their host.
     *
     * @param reports what the host says, as JSON
     * @return the jails that are gone
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public List<JailId> forgetRemoved(HostId host, String reports) {
        lock(host);
        List<IntentRemovals.Gone> gone = removals.forgetRemoved(host, reports, now());
        for (IntentRemovals.Gone jail : gone) {
            audit.record(
                    "host:" + host,
                    Subject.of("jail", jail.id()).visibleTo(jail.customer()),
                    new JailEvent.Removed(jail.name()));
        }
        return gone.stream().map(IntentRemovals.Gone::id).toList();
    }

    private void lock(HostId host) {
        jdbc.sql("SELECT id FROM host WHERE id = ? FOR NO KEY UPDATE")
                .param(host.value())
                .query((row, number) -> number)
                .list();
    }

    /** As exactly as it is stored. */
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    /** The host's row is locked from here on. */
    private long bump(HostId host) {
        Long revision = bump(List.of(host)).get(host);
        if (revision == null) {
            throw HostFit.noHost();
        }
        return revision;
    }

    /** @return the new revisions of those hosts that there are; their rows are locked from here on, in the order of their ids */
    private Map<HostId, Long> bump(List<HostId> hosts) {
        Map<HostId, Long> revisions = new HashMap<>();
        jdbc.sql("""
                        WITH locked AS (
                            SELECT id FROM host WHERE id = ANY (:hosts::uuid[]) AND retired_at IS NULL
                            ORDER BY id FOR NO KEY UPDATE)
                        UPDATE host h SET revision = revision + 1 FROM locked WHERE h.id = locked.id
                        RETURNING h.id, h.revision, notify_after_commit('host_changed', h.id || ' ' || h.revision)
                        """)
                .param("hosts", hosts.stream().map(HostId::toString).toArray(String[]::new))
                .query(row -> {
                    revisions.put(new HostId(row.getObject("id", UUID.class)), row.getLong("revision"));
                });
        TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
            @Override
            public void afterCommit() {
                revisions.forEach(
                        (host, revision) -> notifications.publishLocally(new Notification.HostChanged(host, revision)));
            }
        });
        return revisions;
    }

    private void record(Caller caller, JailId jail, CustomerId customer, JailEvent event) {
        audit.record(caller.actor(), Subject.of("jail", jail).visibleTo(customer.value()), event);
    }

    private void refuseUnlessStored(int stored, JailId id, long expected) {
        if (stored > 0) {
            return;
        }
        record Found(long generation, boolean retired) {}
        Optional<Found> found = jdbc.sql("SELECT generation, retired_at IS NOT NULL AS retired FROM jail WHERE id = ?")
                .param(id.value())
                .query((row, number) -> new Found(row.getLong("generation"), row.getBoolean("retired")))
                .optional();
        if (found.isEmpty()) {
            throw new JailNotFound(id);
        }
        if (found.get().retired) {
            throw new JailRetired(id);
        }
        if (found.get().generation == expected) {
            throw new JailDiffersOnHost(id);
        }
        throw new GenerationConflict(expected, found.get().generation);
    }
}
