package dev.bailiwick.server.jail;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.WantedState;
import dev.bailiwick.jail.desired.DesiredJail.FilesFate;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.account.RightMissing;
import dev.bailiwick.server.account.customer.CustomerSuspended;
import dev.bailiwick.server.account.customer.Customers;
import dev.bailiwick.server.jail.intent.GenerationConflict;
import dev.bailiwick.server.jail.intent.Intents;
import dev.bailiwick.server.jail.intent.JailAction;
import dev.bailiwick.server.jail.intent.JailAlreadyExists;
import dev.bailiwick.server.jail.intent.JailNotFound;
import dev.bailiwick.server.jail.intent.JailRetired;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.problem.InvalidRequest;
import dev.bailiwick.server.request.IfMatch;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.springframework.stereotype.Service;

/** Starts, stops, restarts, removes and moves jails. A change is durable when the method returns; the host applies it later. */
@Service
public class JailActions {

    private static final IfMatch ANY = IfMatch.of(Optional.empty());

    private final Jails jails;
    private final Intents intents;
    private final HostChangeLimiter limiter;
    private final Customers customers;

    JailActions(Jails jails, Intents intents, HostChangeLimiter limiter, Customers customers) {
        this.jails = jails;
        this.intents = intents;
        this.limiter = limiter;
        this.customers = customers;
    }

    /**
     * Starts the jail. Does nothing if the jail is already meant to run, unless it was powered off from inside or has
     * ended for good: then it is started with a fresh count of restarts.
     *
     * @throws JailNotFound if there is no such jail that the caller may see
     * @throws JailRetired if it is being removed
     * @throws CustomerSuspended if its customer is suspended
     */
    public JailView start(Caller caller, JailId id) {
        return start(caller, id, ANY);
    }

    /**
     * Starts the jail as {@link #start(Caller, JailId)} does, if the jail matches the condition.
     *
     * @throws GenerationConflict if the jail is not as the caller has seen it
     */
    public JailView start(Caller caller, JailId id, IfMatch condition) {
        return want(caller, id, WantedState.RUNNING, condition);
    }

    /**
     * Stops the jail. Does nothing if the jail is already meant to be stopped.
     *
     * @throws JailNotFound if there is no such jail that the caller may see
     * @throws JailRetired if it is being removed
     * @throws CustomerSuspended if its customer is suspended
     */
    public JailView stop(Caller caller, JailId id) {
        return stop(caller, id, ANY);
    }

    /**
     * Stops the jail as {@link #stop(Caller, JailId)} does, if the jail matches the condition.
     *
     * @throws GenerationConflict if the jail is not as the caller has seen it
     */
    public JailView stop(Caller caller, JailId id, IfMatch condition) {
        return want(caller, id, WantedState.STOPPED, condition);
    }

    /**
     * Restarts the jail: stops it if it runs, and then starts it. That is one generation, which the host carries out by itself.
     *
     * @throws JailNotFound if there is no such jail that the caller may see
     * @throws JailRetired if it is being removed
     * @throws CustomerSuspended if its customer is suspended
     */
    public JailView restart(Caller caller, JailId id) {
        return restart(caller, id, ANY);
    }

    /**
     * Restarts the jail as {@link #restart(Caller, JailId)} does, if the jail matches the condition.
     *
     * @throws GenerationConflict if the jail is not as the caller has seen it
     */
    public JailView restart(Caller caller, JailId id, IfMatch condition) {
        return insist(caller, condition, findPowered(caller, id), jail -> act(caller, jail, new JailAction.Restart()));
    }

    /**
     * Stops the jail for good. It remains as a tombstone until its host reports that nothing of it is left. Does nothing if it is
     * already retired.
     *
     * @return the jail; empty if it is gone at once, because its host has never connected
     * @throws JailNotFound if there is no such jail that the caller may see
     * @throws RightMissing if the caller may not define jails
     */
    public Optional<JailView> retire(Caller caller, JailId id, FilesFate files) {
        return retire(caller, id, files, ANY);
    }

    /**
     * Retires the jail as {@link #retire(Caller, JailId, FilesFate)} does, if the jail matches the condition.
     *
     * @throws GenerationConflict if the jail is not as the caller has seen it
     */
    public Optional<JailView> retire(Caller caller, JailId id, FilesFate files, IfMatch condition) {
        JailView seen = jails.find(caller, id);
        caller.require(Right.DEFINE);
        return limiter.pass(
                seen.host(),
                () -> insist(
                        caller,
                        condition,
                        seen,
                        jail -> jail.retiredAt().isPresent()
                                ? Optional.of(jail)
                                : intents.act(caller, jail, new JailAction.Remove(files))));
    }

    /**
     * Moves the jail to another customer, with its addresses and its files on its host. It continues to run without a restart.
     * After the host has applied the generation, the jails of its new customer reach it, and those of its former customer do not.
     * Does nothing if the jail already belongs to that customer.
     *
     * @throws JailNotFound if there is no such jail that the caller may see
     * @throws JailRetired if it is being removed
     * @throws CustomerSuspended if its customer is suspended
     * @throws RightMissing if the caller may not define jails
     * @throws InvalidRequest if there is no such customer
     * @throws JailAlreadyExists if that customer has a jail of the same name or external id
     */
    public JailView move(Caller caller, JailId id, CustomerId customer) {
        return move(caller, id, customer, ANY);
    }

    /**
     * Moves the jail as {@link #move(Caller, JailId, CustomerId)} does, if the jail matches the condition.
     *
     * @throws GenerationConflict if the jail is not as the caller has seen it
     */
    public JailView move(Caller caller, JailId id, CustomerId customer, IfMatch condition) {
        JailView seen = findActive(caller, id);
        caller.require(Right.DEFINE);
        refuseSuspended(caller, seen);
        return limiter.pass(
                seen.host(),
                () -> insist(
                        caller,
                        condition,
                        seen,
                        List.of(customer),
                        jail -> jail.customer().equals(customer) ? jail : intents.move(caller, jail, customer)));
    }

    /**
     * Makes a change. Without a condition, a change that another one has overtaken is made again with the host's row locked, so that no
     * other one can come in between. The change may wait only for the database.
     *
     * @param seen the jail as it was read
     * @throws GenerationConflict if the jail does not match the condition
     */
    <T> T insist(Caller caller, IfMatch condition, JailView seen, Function<JailView, T> change) {
        return insist(caller, condition, seen, List.of(), change);
    }

    /** @param others the customers whom the change concerns, beside that of the jail */
    private <T> T insist(
            Caller caller, IfMatch condition, JailView seen, List<CustomerId> others, Function<JailView, T> change) {
        try {
            return change.apply(ConditionalChange.requireMatch(condition, seen));
        } catch (GenerationConflict conflict) {
            if (condition.namesVersion()) {
                throw conflict;
            }
        }
        while (true) {
            Optional<T> done = intents.locking(seen.id(), others, () -> change.apply(jails.find(caller, seen.id())));
            if (done.isPresent()) {
                return done.get();
            }
        }
    }

    private JailView want(Caller caller, JailId id, WantedState wanted, IfMatch condition) {
        return insist(caller, condition, findPowered(caller, id), jail -> {
            boolean restsAgainstIt = wanted == WantedState.RUNNING && (jail.halted() || jail.ended());
            if (jail.definition().wanted() == wanted && !restsAgainstIt) {
                return jail;
            }
            return act(
                    caller,
                    jail,
                    switch (wanted) {
                        case RUNNING -> new JailAction.Start();
                        case STOPPED -> new JailAction.Stop();
                    });
        });
    }

    private JailView act(Caller caller, JailView before, JailAction action) {
        return intents.act(caller, before, action).orElseThrow(() -> new JailNotFound(before.id()));
    }

    private JailView findPowered(Caller caller, JailId id) {
        return require(caller, Right.POWER, id);
    }

    /**
     * Returns a jail that the caller has this right on, and that is used: neither is it being removed nor its customer suspended.
     *
     * @throws JailNotFound if there is no such jail that the caller may see
     */
    public JailView require(Caller caller, Right right, JailId id) {
        JailView jail = findActive(caller, id);
        caller.require(right, jail.customer(), jail.id());
        refuseSuspended(caller, jail);
        return jail;
    }

    void refuseSuspended(Caller caller, JailView jail) {
        if (jail.suspended()) {
            throw customers.suspended(caller, jail.customer());
        }
    }

    JailView findActive(Caller caller, JailId id) {
        JailView jail = jails.find(caller, id);
        Jails.refuseRetired(jail);
        return jail;
    }
}
