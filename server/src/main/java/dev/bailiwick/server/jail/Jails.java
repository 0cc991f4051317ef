package dev.bailiwick.server.jail;

import dev.bailiwick.jail.Demand;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.WantedState;
import dev.bailiwick.jail.desired.Desired.FilesFate;
import dev.bailiwick.jail.desired.PreviousFiles;
import dev.bailiwick.jail.draft.DefinitionDraft;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.host.Host;
import dev.bailiwick.server.jail.intent.GenerationConflict;
import dev.bailiwick.server.jail.intent.Intents;
import dev.bailiwick.server.jail.intent.JailAction;
import dev.bailiwick.server.jail.intent.JailAlreadyExists;
import dev.bailiwick.server.jail.intent.JailNotFound;
import dev.bailiwick.server.jail.intent.JailRetired;
import dev.bailiwick.server.jail.placement.DraftCompletion;
import dev.bailiwick.server.jail.placement.HostFit;
import dev.bailiwick.server.jail.placement.HostFit.PlacedDefinition;
import dev.bailiwick.server.jail.placement.NewJail;
import dev.bailiwick.server.jail.placement.NoHostAvailable;
import dev.bailiwick.server.jail.placement.PlacedJail;
import dev.bailiwick.server.jail.view.JailCount;
import dev.bailiwick.server.jail.view.JailFilter;
import dev.bailiwick.server.jail.view.JailList;
import dev.bailiwick.server.jail.view.JailOrder;
import dev.bailiwick.server.jail.view.JailPage;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.network.AddressTaken;
import dev.bailiwick.server.notification.Notification;
import dev.bailiwick.server.notification.Notifications;
import dev.bailiwick.server.notification.Notifications.Subscription;
import dev.bailiwick.server.problem.IfMatch;
import dev.bailiwick.server.problem.InvalidRequest;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.hibernate.id.uuid.UuidVersion7Strategy;
import org.springframework.stereotype.Service;

/**
 * The jails, for people and programs: what is wanted of each, and what is true of it. Changes are durable when the methods return;
 * whether the host has made them true is another matter, see {@link #awaitApplied}.
 */
@Service
public class Jails {

    /** How often a change is tried that is meant for whatever is wanted then: batches with the same jail may come in between. */
    private static final int ATTEMPTS = 20;

    private static final IfMatch ANY = IfMatch.of(Optional.empty());

    private final JailList list;
    private final Intents intents;
    private final HostFit hostFit;
    private final HostChangeLimiter limiter;
    private final Notifications notifications;
    private final Clock clock;

    Jails(
            JailList list,
            Intents intents,
            HostFit hostFit,
            HostChangeLimiter limiter,
            Notifications notifications,
            Clock clock) {
        this.list = list;
        this.intents = intents;
        this.hostFit = hostFit;
        this.limiter = limiter;
        this.notifications = notifications;
        this.clock = clock;
    }

    /**
     * Stores the first generation of a jail. Asks the host about a root path first, if it is connected.
     *
     * @throws OperatorsOnly if the caller is none
     * @throws InvalidRequest naming every field that cannot be what it is
     * @throws JailAlreadyExists if its name, external id or path belongs to another jail
     * @throws AddressTaken if an address belongs to another jail
     * @throws NoHostAvailable if no host is given and none is connected
     */
    public JailView define(Caller caller, NewJail jail) {
        JailId id = fresh();
        store(caller, id, jail);
        return list.find(id).orElseThrow(() -> new JailNotFound(id));
    }

    /**
     * As {@link #define(Caller, NewJail)}, and waits until the host has done what it can about the jail.
     *
     * @return the jail as it is then, or when the time is up
     */
    public JailView define(Caller caller, NewJail jail, Duration longest) throws InterruptedException {
        JailId id = fresh();
        try (SettledWait settled = settledWait(id)) {
            store(caller, id, jail);
            return settled.await(id, 1, longest).orElseThrow(() -> new JailNotFound(id));
        }
    }

    public static JailId fresh() {
        return new JailId(UuidVersion7Strategy.INSTANCE.generateUuid(null));
    }

    private void store(Caller caller, JailId id, NewJail jail) {
        requireOperator(caller);
        PlacedDefinition placed = hostFit.placer().place(caller, id, jail);
        JailDefinition definition = placed.definition();
        if (placed.namesPath()) {
            hostFit.refuseBadPath(placed.host(), definition);
        }
        limiter.pass(placed.host().id(), () -> {
            intents.define(caller, new PlacedJail(0, id, jail, placed));
            return id;
        });
    }

    /**
     * Replaces a jail's definition; a path or addresses that the draft does not name stay as they are. If the path changes, the jail's
     * files are moved there.
     *
     * @param expectedGeneration the generation that the caller has seen
     * @throws GenerationConflict if the jail has another generation by now
     * @throws JailNotFound if there is none that the caller may see
     * @throws JailRetired if it is being removed
     * @throws OperatorsOnly if the caller is none
     * @throws InvalidRequest naming every field that cannot be what it is
     * @throws JailAlreadyExists if its name or path belongs to another jail
     * @throws AddressTaken if an address belongs to another jail
     */
    public JailView redefine(Caller caller, JailId id, long expectedGeneration, DefinitionDraft draft) {
        return redefine(caller, id, expectedGeneration, draft, PreviousFiles.MOVED);
    }

    /**
     * As {@link #redefine(Caller, JailId, long, DefinitionDraft)}.
     *
     * @param previous what happens to the jail's files if its path changes
     */
    public JailView redefine(
            Caller caller, JailId id, long expectedGeneration, DefinitionDraft draft, PreviousFiles previous) {
        JailView before = find(caller, id);
        if (before.generation() != expectedGeneration) {
            refuseRetired(before);
            requireOperator(caller);
            throw new GenerationConflict(expectedGeneration, before.generation());
        }
        return redefine(caller, before, draft, previous);
    }

    /** As {@link #redefine(Caller, JailId, long, DefinitionDraft)}, of a jail as the caller has found it. */
    public JailView redefine(Caller caller, JailView before, DefinitionDraft draft, PreviousFiles previous) {
        refuseRetired(before);
        requireOperator(caller);
        JailDefinition known = before.definition();
        JailDefinition definition = DraftCompletion.define(
                draft, Optional.of(known.path().value()), caller.login(), Optional.of(known), clock.instant());
        boolean isElsewhere =
                !definition.path().equals(known.path()) || !definition.base().equals(known.base());
        // What the host holds already is not asked of it again.
        if (isElsewhere || !Demand.of(definition).equals(Demand.of(known))) {
            Host host = hostFit.host(before.host());
            HostFit.refuseUnmet(host, definition);
            if (isElsewhere) {
                hostFit.refuseBadPath(host, definition);
            }
        }
        return limiter.pass(before.host(), () -> intents.redefine(caller, before, definition, previous));
    }

    /**
     * Has the jail run. Nothing happens if that is wanted already, unless it was switched off from inside.
     *
     * @throws JailNotFound if there is none that the caller may see
     * @throws JailRetired if it is being removed
     */
    public JailView start(Caller caller, JailId id) {
        return start(caller, id, ANY);
    }

    /** @throws GenerationConflict if the jail is not as the caller has seen it */
    public JailView start(Caller caller, JailId id, IfMatch condition) {
        return want(caller, id, WantedState.RUNNING, condition);
    }

    /**
     * Has the jail stop. Nothing happens if that is wanted already.
     *
     * @throws JailNotFound if there is none that the caller may see
     * @throws JailRetired if it is being removed
     */
    public JailView stop(Caller caller, JailId id) {
        return stop(caller, id, ANY);
    }

    /** @throws GenerationConflict if the jail is not as the caller has seen it */
    public JailView stop(Caller caller, JailId id, IfMatch condition) {
        return want(caller, id, WantedState.STOPPED, condition);
    }

    /**
     * Has the jail stop if it runs, and then run. That is one generation, which the host carries out by itself.
     *
     * @throws JailNotFound if there is none that the caller may see
     * @throws JailRetired if it is being removed
     */
    public JailView restart(Caller caller, JailId id) {
        return restart(caller, id, ANY);
    }

    /** @throws GenerationConflict if the jail is not as the caller has seen it */
    public JailView restart(Caller caller, JailId id, IfMatch condition) {
        caller.require(Scope.JAILS_WRITE);
        return insistingToTheEnd(
                condition,
                id,
                () -> act(caller, requireMatch(condition, findActive(caller, id)), new JailAction.Restart()));
    }

    /**
     * Has the jail stop for good. It stays as a tombstone until its host reports that nothing of it is left; nothing happens if it
     * is retired already.
     *
     * @return empty where it is gone at once, because its host has never been there
     * @throws JailNotFound if there is none that the caller may see
     * @throws OperatorsOnly if the caller is none
     */
    public Optional<JailView> retire(Caller caller, JailId id, FilesFate files) {
        return retire(caller, id, files, ANY);
    }

    /** @throws GenerationConflict if the jail is not as the caller has seen it */
    public Optional<JailView> retire(Caller caller, JailId id, FilesFate files, IfMatch condition) {
        return retryOnConflict(condition, () -> {
            JailView before = find(caller, id);
            requireOperator(caller);
            requireMatch(condition, before);
            if (before.retiredAt().isPresent()) {
                return Optional.of(before);
            }
            return limiter.pass(before.host(), () -> intents.act(caller, before, new JailAction.Remove(files)));
        });
    }

    /**
     * Makes the jail another customer's, as it is: it goes on as it was, with its addresses, and its files on its host are that
     * customer's. Its new customer's jails reach it and those of its former one do not, once the host has applied the generation.
     * Nothing happens if it is that customer's already.
     *
     * @throws JailNotFound if there is none that the caller may see
     * @throws JailRetired if it is being removed
     * @throws OperatorsOnly if the caller is none
     * @throws InvalidRequest if there is no such customer
     * @throws JailAlreadyExists if that customer has a jail of the same name or external id
     */
    public JailView move(Caller caller, JailId id, CustomerId customer) {
        return move(caller, id, customer, ANY);
    }

    /** @throws GenerationConflict if the jail is not as the caller has seen it */
    public JailView move(Caller caller, JailId id, CustomerId customer, IfMatch condition) {
        return retryOnConflict(condition, () -> {
            JailView before = findActive(caller, id);
            requireOperator(caller);
            requireMatch(condition, before);
            if (before.customer().equals(customer)) {
                return before;
            }
            return limiter.pass(before.host(), () -> intents.move(caller, before, customer));
        });
    }

    /** As the transaction expects to find it, so that nothing comes between the check and the change. */
    public static JailView requireMatch(IfMatch condition, JailView jail) {
        if (!condition.admits(jail.generation())) {
            throw new GenerationConflict(condition, jail.generation());
        }
        return jail;
    }

    /** Tries again where another change came in between and the caller did not say which one the change is meant for. */
    public static <T> T retryOnConflict(IfMatch condition, Supplier<T> change) {
        for (int attempt = 1; ; attempt++) {
            try {
                return change.get();
            } catch (GenerationConflict conflict) {
                if (condition.namesVersion() || attempt == ATTEMPTS) {
                    throw conflict;
                }
            }
        }
    }

    /**
     * As {@link #retryOnConflict}, and at last with the host's row locked, so that nothing else can come in between. Not for a change that waits
     * for anything but the database.
     */
    private JailView insistingToTheEnd(IfMatch condition, JailId id, Supplier<JailView> change) {
        try {
            return retryOnConflict(condition, change);
        } catch (GenerationConflict conflict) {
            if (condition.namesVersion()) {
                throw conflict;
            }
            return intents.locking(id, change);
        }
    }

    /** @throws JailNotFound if there is none that the caller may see */
    public JailView find(Caller caller, JailId id) {
        caller.require(Scope.JAILS_READ);
        return list.find(id).filter(jail -> caller.sees(jail.customer())).orElseThrow(() -> new JailNotFound(id));
    }

    /**
     * The jails that the caller may see, tombstones included.
     *
     * @param from where the page starts, from {@link JailPage#next} or {@link JailPage#previous}; empty for the first one
     * @param limit 1 to 1000
     */
    public JailPage list(Caller caller, JailFilter filter, JailOrder order, Optional<JailId> from, int limit) {
        caller.require(Scope.JAILS_READ);
        return filter.visibleTo(caller)
                .map(visible -> list.page(visible, order, from, limit))
                .orElse(JailPage.EMPTY);
    }

    /** How many jails the whole of such a list has. */
    public JailCount count(Caller caller, JailFilter filter) {
        caller.require(Scope.JAILS_READ);
        return filter.visibleTo(caller).map(list::count).orElse(JailCount.NONE);
    }

    /**
     * Waits until the host has done what it can about this generation of a jail: it runs or is stopped as wanted, is refused, backs
     * off, or of a retired one nothing is left.
     *
     * @return the jail as it is then, or when the time is up; empty once it is gone
     */
    public Optional<JailView> awaitApplied(JailId id, long generation, Duration longest) throws InterruptedException {
        try (SettledWait settled = settledWait(id)) {
            Optional<JailView> known = list.find(id);
            return known.isEmpty() ? known : settled.await(known.get(), generation, longest);
        }
    }

    /** To be asked for before the change that is waited for. */
    public SettledWait settledWait(JailId id) {
        return new SettledWait(notifications, list, List.of(id));
    }

    /** Calls {@code listener}, which must not block, whenever a jail or the presence of a host may have changed. */
    public Subscription changes(Consumer<Notification> listener) {
        return notifications.onAny(listener);
    }

    private JailView want(Caller caller, JailId id, WantedState wanted, IfMatch condition) {
        caller.require(Scope.JAILS_WRITE);
        return insistingToTheEnd(condition, id, () -> {
            JailView before = requireMatch(condition, findActive(caller, id));
            boolean restsAgainstIt = wanted == WantedState.RUNNING && before.halted();
            if (before.definition().wanted() == wanted && !restsAgainstIt) {
                return before;
            }
            return act(
                    caller,
                    before,
                    switch (wanted) {
                        case RUNNING -> new JailAction.Start();
                        case STOPPED -> new JailAction.Stop();
                    });
        });
    }

    private JailView act(Caller caller, JailView before, JailAction action) {
        return intents.act(caller, before, action).orElseThrow(() -> new JailNotFound(before.id()));
    }

    private JailView findActive(Caller caller, JailId id) {
        JailView jail = find(caller, id);
        refuseRetired(jail);
        return jail;
    }

    private static void refuseRetired(JailView jail) {
        if (jail.retiredAt().isPresent()) {
            throw new JailRetired(jail.id());
        }
    }

    public static void requireOperator(Caller caller) {
        if (caller.role() != Role.OPERATOR) {
            throw new OperatorsOnly();
        }
        caller.require(Scope.JAILS_WRITE);
    }
}
