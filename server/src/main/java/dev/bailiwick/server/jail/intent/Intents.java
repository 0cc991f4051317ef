package dev.bailiwick.server.jail.intent;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.desired.DesiredJail;
import dev.bailiwick.jail.firewall.Firewall;
import dev.bailiwick.jail.report.OomKills;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.quota.HostFull;
import dev.bailiwick.server.account.quota.QuotaExceeded;
import dev.bailiwick.server.jail.intent.file.KeptFilesView;
import dev.bailiwick.server.jail.intent.firewall.CustomerFirewallRows.CustomerFirewall;
import dev.bailiwick.server.jail.placement.PlacedJail;
import dev.bailiwick.server.jail.placement.Redefinition;
import dev.bailiwick.server.jail.view.JailPlan;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.InvalidRequest;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.interceptor.TransactionAspectSupport;

/**
 * Writes what is wanted of jails. Each method is one transaction: the jail gets a new generation, its host gets a new revision with
 * which the jail is stamped, and the audit gets an event. On commit, listeners are notified. The methods return the jail as it is
 * then, so callers need not read it again.
 *
 * <p>INVARIANT: locks are taken in one order, so that no two transactions wait for each other: reseller, customer, host, jail, addresses;
 * rows of one kind in the order of their ids. {@link HostRevisions} locks the host's row before any row of a jail is locked. So a host's
 * revisions become visible in their order: a reader that sees one sees all before it.
 */
@Service
public class Intents {

    private final JdbcClient jdbc;
    private final IntentRows rows;
    private final IntentRemovals removals;
    private final HostRevisions revisions;
    private final JailCreation creation;
    private final JailChanges changes;
    private final JailAdoption adoption;
    private final JailEvents events;
    private final IntentActions performing;
    private final CustomerLocks customers;
    private final Clock clock;

    Intents(
            JdbcClient jdbc,
            IntentRows rows,
            IntentRemovals removals,
            HostRevisions revisions,
            JailCreation creation,
            JailChanges changes,
            JailAdoption adoption,
            JailEvents events,
            IntentActions performing,
            CustomerLocks customers,
            Clock clock) {
        this.jdbc = jdbc;
        this.rows = rows;
        this.removals = removals;
        this.revisions = revisions;
        this.creation = creation;
        this.changes = changes;
        this.adoption = adoption;
        this.events = events;
        this.performing = performing;
        this.customers = customers;
        this.clock = clock;
    }

    /**
     * Stores the first generation of a jail. Chooses its addresses unless the request names some; addresses of the completed
     * definition are ignored.
     */
    @Transactional
    public void define(Caller caller, PlacedJail jail) {
        define(caller, jail, _ -> {});
    }

    /** Stores a jail as {@link #define(Caller, PlacedJail)} does, and then, in the same transaction, what belongs to it. */
    @Transactional
    public void define(Caller caller, PlacedJail jail, Consumer<JailDefinition> andThen) {
        Failure why = creation.store(caller, List.of(jail)).get(jail.id());
        if (why != null) {
            throw why;
        }
        andThen.accept(jail.placed().definition());
    }

    /**
     * Stores the first generations of those jails that can be stored, with as many statements for many as for a few.
     *
     * @param jails no two of them want the same name, path, address or external id
     * @return by id, why the others cannot be stored
     * @throws BatchRefused if the batch is to be stored as a whole, and one cannot be stored; then none is
     */
    @Transactional
    public Map<JailId, Failure> define(Caller caller, List<PlacedJail> jails, BatchMode mode) {
        // Batches come one after another, so that no two wait for each other's external ids.
        jdbc.sql("SELECT pg_advisory_xact_lock(hashtext('jail_batch'))")
                .query((row, number) -> number)
                .list();
        Map<JailId, Failure> refused = creation.store(caller, jails);
        if (mode == BatchMode.WHOLE && !refused.isEmpty()) {
            throw BatchRefused.of(jails, refused);
        }
        return refused;
    }

    /**
     * Takes over a jail that a host has and the server does not know, with the addresses that are held for it.
     *
     * @param customer the new owner; empty for the owner that the host has noted
     */
    @Transactional
    public void adopt(Caller caller, HostId host, DesiredJail.Present jail, Optional<CustomerId> customer) {
        adoption.adopt(caller, host, jail, customer);
    }

    /** Raises a jail's generation to the one that its host has, and gives the jail the addresses that are held for it. */
    @Transactional(propagation = Propagation.MANDATORY)
    public void raise(HostId host, JailId id, long generation) {
        adoption.raise(host, id, generation);
    }

    /**
     * Replaces the definition of a jail.
     *
     * @return the jail as it is then
     * @throws GenerationConflict if the jail has another generation by now
     * @throws QuotaExceeded if its customer's quota does not leave what the jail gets in addition
     * @throws HostFull if its host does not promise that
     */
    @Transactional
    public JailView redefine(Caller caller, JailView before, Redefinition next) {
        return changes.redefine(caller, before, next, before.plan(), IntentRows.Change.ORDINARY);
    }

    /**
     * Stores the definition that the host has of a jail, and its rules if there are some, also while the jail's customer is suspended:
     * the host then stops it. The caller has locked the host's row.
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public void settle(Caller caller, JailView before, DesiredJail.Present adopted) {
        changes.settle(caller, before, adopted);
    }

    /** Tells the host again what is wanted of a jail, also while the jail's customer is suspended. The caller has locked the host's row. */
    @Transactional(propagation = Propagation.MANDATORY)
    public void renew(Caller caller, JailView before) {
        changes.renew(caller, before);
    }

    /**
     * Puts the jail on a version of a plan, or on none, with the definition that it gets by that.
     *
     * @throws Failure as {@link #redefine} does
     */
    @Transactional
    public JailView putOnPlan(Caller caller, JailView before, JailDefinition definition, Optional<JailPlan> plan) {
        return changes.redefine(caller, before, Redefinition.of(definition), plan, IntentRows.Change.ORDINARY);
    }

    /**
     * Replaces the rules of a jail, which belong to its next generation.
     *
     * @throws GenerationConflict if the jail has another generation by now
     */
    @Transactional
    public JailView setFirewall(Caller caller, JailView before, Firewall firewall) {
        return changes.setFirewall(caller, before, firewall);
    }

    /**
     * Replaces the rules of a customer, which apply to each of its jails from the next generation of that. The caller has locked the
     * customer.
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public void setFirewall(Caller caller, CustomerId customer, CustomerFirewall next) {
        changes.setFirewall(caller, customer, next);
    }

    /** Makes a change, returns what came of it, and undoes it. */
    @Transactional
    public <T> T tentatively(Supplier<T> change) {
        T result = change.get();
        TransactionAspectSupport.currentTransactionStatus().setRollbackOnly();
        return result;
    }

    /**
     * Moves the jail to another customer, with all its files on its host.
     *
     * @throws InvalidRequest if there is no such customer
     * @throws JailAlreadyExists if that customer has a jail of the same name or external id
     * @throws QuotaExceeded if that customer's quota does not leave what the jail has
     */
    @Transactional
    public JailView move(Caller caller, JailView before, CustomerId customer) {
        return changes.move(caller, before, customer);
    }

    /**
     * Carries out a change of a jail, which nothing else changes until the commit.
     *
     * @param others the customers whom the change concerns, beside that of the jail
     * @return empty, and nothing is done, if the jail was moved to another customer before it could be locked
     */
    @Transactional
    public <T> Optional<T> locking(JailId jail, List<CustomerId> others, Supplier<T> change) {
        Optional<CustomerId> owner = customers.ownerOf(jail);
        customers.lock(Stream.concat(owner.stream(), others.stream()).distinct().toList());
        revisions.lockHostOf(jail);
        return customers.ownerOf(jail).equals(owner) ? Optional.of(change.get()) : Optional.empty();
    }

    /** Locks the customer of the jail, for a transaction that changes the jail later; empty if there is no such jail. */
    @Transactional(propagation = Propagation.MANDATORY)
    public Optional<CustomerId> lockOwner(JailId jail) {
        Optional<CustomerId> owner = customers.ownerOf(jail);
        owner.ifPresent(customers::lock);
        return owner;
    }

    /**
     * Starts, stops, restarts or removes a jail. A removed jail leaves a tombstone, which tells its host to remove it.
     *
     * @return the jail as it is then; empty if nothing is left, because its host never connected
     * @throws GenerationConflict if the jail has another generation by now
     */
    @Transactional
    public Optional<JailView> act(Caller caller, JailView before, JailAction action) {
        Map<JailId, Optional<JailView>> done = act(caller, List.of(new IntentAction(before, action)));
        rows.refuseUnlessStored(done.size(), before.id(), before.generation());
        return done.values().iterator().next();
    }

    /**
     * As {@link #act(Caller, JailView, JailAction)}, for many jails with as many statements as for one.
     *
     * @return by id, the jails that were changed: those that had not changed since they were read, and on whose difference no operator
     *     must decide first
     */
    @Transactional
    public Map<JailId, Optional<JailView>> act(Caller caller, List<IntentAction> actions) {
        return performing.act(caller, actions);
    }

    /** Tells a host to delete the files that a removed jail left. The caller has locked the host's row. */
    @Transactional(propagation = Propagation.MANDATORY)
    public void deleteFiles(Caller caller, KeptFilesView files, CustomerId customer) {
        removals.bringBack(files.id(), revisions.next(files.host()).revision(), now());
        events.record(caller, files.jail(), customer, new JailEvent.FilesDeleted(files.path()));
    }

    /**
     * Deletes the rows of retired jails of which nothing is left on their host.
     *
     * @param reports the reports of the host, as JSON
     * @return the jails that are gone
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public List<JailId> forgetRemoved(HostId host, String reports) {
        revisions.lock(host);
        List<IntentRemovals.ForgottenJail> gone = removals.forgetRemoved(host, reports, now());
        for (IntentRemovals.ForgottenJail jail : gone) {
            events.removed(host, jail);
        }
        return gone.stream().map(IntentRemovals.ForgottenJail::id).toList();
    }

    /** Records an event of a jail of which the kernel has killed processes. */
    public void recordOomKills(HostId host, JailId jail, CustomerId customer, OomKills kills) {
        events.oomKilled(host, jail, customer, kills);
    }

    /** To the microsecond, as PostgreSQL stores it. */
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
