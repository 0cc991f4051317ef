package dev.bailiwick.server.jail;

import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.desired.PreviousFiles;
import dev.bailiwick.jail.draft.DefinitionDraft;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.account.RightMissing;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.jail.intent.GenerationConflict;
import dev.bailiwick.server.jail.intent.Intents;
import dev.bailiwick.server.jail.intent.JailAlreadyExists;
import dev.bailiwick.server.jail.intent.JailNotFound;
import dev.bailiwick.server.jail.intent.JailRetired;
import dev.bailiwick.server.jail.placement.DraftAddresses;
import dev.bailiwick.server.jail.placement.HostFit;
import dev.bailiwick.server.jail.placement.HostFit.PlacedDefinition;
import dev.bailiwick.server.jail.placement.NewJail;
import dev.bailiwick.server.jail.placement.NoHostAvailable;
import dev.bailiwick.server.jail.placement.PlacedJail;
import dev.bailiwick.server.jail.placement.Redefinition;
import dev.bailiwick.server.jail.view.JailCount;
import dev.bailiwick.server.jail.view.JailFilter;
import dev.bailiwick.server.jail.view.JailList;
import dev.bailiwick.server.jail.view.JailOrder;
import dev.bailiwick.server.jail.view.JailPage;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.network.AddressChoices;
import dev.bailiwick.server.network.AddressTaken;
import dev.bailiwick.server.notification.Notification;
import dev.bailiwick.server.notification.Notifications;
import dev.bailiwick.server.notification.Notifications.Subscription;
import dev.bailiwick.server.problem.InvalidRequest;
import dev.bailiwick.server.request.IfMatch;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.hibernate.id.uuid.UuidVersion7Strategy;
import org.springframework.stereotype.Service;

/**
 * The jails, for people and programs: defines them, finds them, and waits until their hosts have applied changes. A change is
 * durable when the method returns. The host applies it later, see {@link #awaitApplied}. {@link JailActions} starts, stops and
 * removes jails.
 */
@Service
public class Jails {

    private final JailList list;
    private final Intents intents;
    private final HostFit hostFit;
    private final DefinitionChecks checks;
    private final HostChangeLimiter limiter;
    private final Notifications notifications;

    Jails(
            JailList list,
            Intents intents,
            HostFit hostFit,
            DefinitionChecks checks,
            HostChangeLimiter limiter,
            Notifications notifications) {
        this.list = list;
        this.intents = intents;
        this.hostFit = hostFit;
        this.checks = checks;
        this.limiter = limiter;
        this.notifications = notifications;
    }

    /**
     * Stores the first generation of a jail. If the host is connected, it is asked about the root path first.
     *
     * @throws RightMissing if the caller may not define jails
     * @throws InvalidRequest naming every invalid field
     * @throws JailAlreadyExists if its name, external id or path belongs to another jail
     * @throws AddressTaken if an address belongs to another jail
     * @throws NoHostAvailable if no host is given and none is connected
     */
    public JailView define(Caller caller, NewJail jail) {
        JailId id = fresh();
        store(caller, id, jail, _ -> {});
        return list.find(id).orElseThrow(() -> new JailNotFound(id));
    }

    /**
     * Defines a jail as {@link #define(Caller, NewJail)} does, and then waits until the host has applied or rejected the definition.
     *
     * @return the jail as it is then, or when the time is up
     */
    public JailView define(Caller caller, NewJail jail, Duration longest) throws InterruptedException {
        return define(caller, fresh(), jail, longest, _ -> {});
    }

    /**
     * Defines a jail as {@link #define(Caller, NewJail, Duration)} does.
     *
     * @param andThen called in the transaction that stores the jail, to store what belongs to it. The addresses of the definition that it
     *     gets are not the jail's
     */
    public JailView define(Caller caller, JailId id, NewJail jail, Duration longest, Consumer<JailDefinition> andThen)
            throws InterruptedException {
        try (SettledWait settled = settledWait(id)) {
            store(caller, id, jail, andThen);
            return settled.await(id, 1, longest).orElseThrow(() -> new JailNotFound(id));
        }
    }

    public static JailId fresh() {
        return new JailId(UuidVersion7Strategy.INSTANCE.generateUuid(null));
    }

    private void store(Caller caller, JailId id, NewJail jail, Consumer<JailDefinition> andThen) {
        caller.require(Right.DEFINE);
        PlacedDefinition placed = hostFit.placer().place(caller, id, jail);
        JailDefinition definition = placed.definition();
        if (placed.namesPath()) {
            hostFit.refuseBadPath(placed.host(), definition);
        }
        limiter.pass(placed.host().id(), () -> {
            intents.define(caller, new PlacedJail(0, id, jail, placed), andThen);
            return id;
        });
    }

    /**
     * Replaces a jail's definition. A path or addresses that the draft does not name stay as they are. If the path changes, the jail's
     * files are moved there.
     *
     * @param expectedGeneration the generation that the caller has seen
     * @throws GenerationConflict if the jail has another generation by now
     * @throws JailNotFound if there is no such jail that the caller may see
     * @throws JailRetired if it is being removed
     * @throws RightMissing if the caller may not change the jail, or not in this
     * @throws InvalidRequest naming every invalid field
     * @throws JailAlreadyExists if its name or path belongs to another jail
     * @throws AddressTaken if an address belongs to another jail
     */
    public JailView redefine(Caller caller, JailId id, long expectedGeneration, DefinitionDraft draft) {
        return redefine(caller, id, expectedGeneration, draft, PreviousFiles.MOVED);
    }

    /**
     * Replaces a jail's definition as {@link #redefine(Caller, JailId, long, DefinitionDraft)} does.
     *
     * @param previous what happens to the jail's files if its path changes
     */
    public JailView redefine(
            Caller caller, JailId id, long expectedGeneration, DefinitionDraft draft, PreviousFiles previous) {
        JailView before = find(caller, id);
        if (before.generation() != expectedGeneration) {
            refuseRetired(before);
            CustomerSettings.requireAny(caller, before);
            throw new GenerationConflict(expectedGeneration, before.generation());
        }
        return redefine(caller, before, draft, previous);
    }

    /**
     * Replaces a jail's definition as {@link #redefine(Caller, JailId, long, DefinitionDraft)} does, for a jail that the caller
     * has read. A definition that the jail already has makes no generation.
     */
    public JailView redefine(Caller caller, JailView before, DefinitionDraft draft, PreviousFiles previous) {
        JailDefinition definition = checks.complete(caller, before, draft);
        if (definition.equals(before.definition())) {
            return before;
        }
        checks.requireHost(before, definition);
        Redefinition next = new Redefinition(definition, choices(draft, before), previous);
        return limiter.pass(before.host(), () -> intents.redefine(caller, before, next));
    }

    /**
     * Changes a jail's definition, whatever it is when the change is stored.
     *
     * @param condition the generations of which the change may be made. Without one that names a generation, a change that another one
     *     has overtaken is made again with the host's row locked, so that no other one can come in between
     * @param change returns the new definition of a jail; it may be called several times
     * @throws GenerationConflict if the jail does not match the condition
     */
    public JailView redefine(
            Caller caller,
            JailId id,
            IfMatch condition,
            Function<JailView, DefinitionDraft> change,
            PreviousFiles previous) {
        while (true) {
            JailView before = ConditionalChange.requireMatch(condition, find(caller, id));
            DefinitionDraft draft = change.apply(before);
            try {
                return redefine(caller, before, draft, previous);
            } catch (GenerationConflict conflict) {
                if (condition.namesVersion()) {
                    throw conflict;
                }
            }
            JailDefinition checked = checks.complete(caller, before, draft);
            Optional<JailView> stored = limiter.pass(
                    before.host(),
                    () -> intents.locking(
                                    id,
                                    List.of(),
                                    () -> redefineLocked(caller, find(caller, id), change, checked, previous))
                            .flatMap(Function.identity()));
            if (stored.isPresent()) {
                return stored.get();
            }
        }
    }

    /**
     * Changes a definition while the host's row is locked, so nothing but the database is waited for.
     *
     * @param checked a definition that the host can hold
     * @return empty if the host has to be asked about another definition first
     */
    private Optional<JailView> redefineLocked(
            Caller caller,
            JailView before,
            Function<JailView, DefinitionDraft> change,
            JailDefinition checked,
            PreviousFiles previous) {
        DefinitionDraft draft = change.apply(before);
        JailDefinition definition = checks.complete(caller, before, draft);
        if (definition.equals(before.definition())) {
            return Optional.of(before);
        }
        return DefinitionChecks.asksTheSame(definition, checked)
                        || DefinitionChecks.asksTheSame(definition, before.definition())
                ? Optional.of(intents.redefine(
                        caller, before, new Redefinition(definition, choices(draft, before), previous)))
                : Optional.empty();
    }

    private static AddressChoices choices(DefinitionDraft draft, JailView before) {
        return DraftAddresses.of(draft, Optional.of(before.definition())).choices();
    }

    /**
     * Returns the jail.
     *
     * @throws JailNotFound if there is no such jail that the caller may see
     */
    public JailView find(Caller caller, JailId id) {
        caller.require(Scope.JAILS_READ);
        return list.find(id)
                .filter(jail -> caller.sees(jail.customer(), jail.id()))
                .orElseThrow(() -> new JailNotFound(id));
    }

    /**
     * Returns one page of the jails that the caller may see, including tombstones.
     *
     * @param from the jail with which the page begins, from {@link JailPage#next} or {@link JailPage#previous}; empty for the first one
     * @param limit 1 to 1000
     */
    public JailPage list(Caller caller, JailFilter filter, JailOrder order, Optional<JailId> from, int limit) {
        caller.require(Scope.JAILS_READ);
        return filter.visibleTo(caller)
                .map(visible -> list.page(visible, order, from, limit))
                .orElse(JailPage.EMPTY);
    }

    /** Returns the jails of this name that the caller may see, the oldest first; some of them if there are many. */
    public List<JailView> named(Caller caller, String name) {
        caller.require(Scope.JAILS_READ);
        return JailFilter.ALL
                .visibleTo(caller)
                .map(visible -> list.named(visible, name))
                .orElse(List.of());
    }

    /** Returns how many jails the whole list has. */
    public JailCount count(Caller caller, JailFilter filter) {
        caller.require(Scope.JAILS_READ);
        return filter.visibleTo(caller).map(list::count).orElse(JailCount.NONE);
    }

    /**
     * Waits until the host has applied or rejected this generation of a jail: the jail runs or is stopped as wanted, is
     * refused, or backs off; or nothing is left of a retired jail.
     *
     * @return the jail as it is then, or when the time is up; empty once it is gone
     */
    public Optional<JailView> awaitApplied(JailId id, long generation, Duration longest) throws InterruptedException {
        try (SettledWait settled = settledWait(id)) {
            Optional<JailView> known = list.find(id);
            return known.isEmpty() ? known : settled.await(known.get(), generation, longest);
        }
    }

    /** Begins to wait for the jail. To be called before the change. */
    public SettledWait settledWait(JailId id) {
        return new SettledWait(notifications, list, List.of(id));
    }

    /** Calls {@code listener}, which must not block, whenever a jail or the presence of a host may have changed. */
    public Subscription changes(Consumer<Notification> listener) {
        return notifications.onAny(listener);
    }

    /**
     * Checks that the jail is not retired.
     *
     * @throws JailRetired if it is being removed
     */
    static void refuseRetired(JailView jail) {
        if (jail.retiredAt().isPresent()) {
            throw new JailRetired(jail.id());
        }
    }
}
