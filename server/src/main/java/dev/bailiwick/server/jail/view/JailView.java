package dev.bailiwick.server.jail.view;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.WantedState;
import dev.bailiwick.jail.report.Condition;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.host.HostName;
import dev.bailiwick.server.request.EntityTag;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.springframework.modulith.NamedInterface;

/**
 * The desired state of a jail, and its status.
 *
 * @param plan empty if it is on none
 * @param generation the number of the current definition, from 1
 * @param retiredAt when its removal was requested; the jail remains until its host reports it removed
 */
@NamedInterface("view")
public record JailView(
        JailId id,
        CustomerId customer,
        HostId host,
        HostName hostName,
        Optional<String> externalId,
        Optional<JailPlan> plan,
        long generation,
        JailDefinition definition,
        Instant createdAt,
        Instant updatedAt,
        Optional<Instant> retiredAt,
        JailStatus status) {

    /** The reason of the condition that the jails of a suspended customer have. */
    public static final String CUSTOMER_SUSPENDED = "CustomerSuspended";

    private static final Set<Phase> BROKEN = Set.of(Phase.REFUSED, Phase.BACKING_OFF);

    private static final Set<String> ENDS =
            Set.of(Condition.COMPLETED, Condition.ENDED, Condition.RESTART_LIMIT_REACHED);

    /** Returns the jail with its next generation, which the host does not know yet. */
    public JailView next(JailDefinition wanted, Instant now) {
        return new JailView(
                id,
                customer,
                host,
                hostName,
                externalId,
                plan,
                generation + 1,
                wanted,
                createdAt,
                now,
                retiredAt,
                status.outdated());
    }

    public JailView of(CustomerId other) {
        return new JailView(
                id,
                other,
                host,
                hostName,
                externalId,
                plan,
                generation,
                definition,
                createdAt,
                updatedAt,
                retiredAt,
                status);
    }

    /** Returns the jail on another plan, or on none. */
    public JailView on(Optional<JailPlan> other) {
        return new JailView(
                id,
                customer,
                host,
                hostName,
                externalId,
                other,
                generation,
                definition,
                createdAt,
                updatedAt,
                retiredAt,
                status);
    }

    public JailView retired(Instant at) {
        return new JailView(
                id,
                customer,
                host,
                hostName,
                externalId,
                plan,
                generation,
                definition,
                createdAt,
                updatedAt,
                Optional.of(at),
                status);
    }

    /**
     * Returns whether the host has done all that it can for this generation, so that the status no longer changes
     * by itself. A jail that is stopped in order to restart is not settled, because it is wanted running.
     */
    public boolean settled() {
        if (status.generation() < generation || retiredAt.isPresent()) {
            return false;
        }
        return status.phase().filter(this::settles).isPresent();
    }

    /**
     * Returns whether the host has another version of the jail than the server, and an operator has to choose between
     * them.
     */
    public boolean differsOnHost() {
        return status.conditions().stream()
                .map(Condition::reason)
                .anyMatch(
                        reason -> reason.equals(Condition.CHANGED_ON_HOST) || reason.equals(Condition.REMOVED_ON_HOST));
    }

    /** Returns whether the jail's customer is suspended: then it is stopped, and not changed. */
    public boolean suspended() {
        return status.conditions().stream()
                .anyMatch(condition -> condition.reason().equals(CUSTOMER_SUSPENDED));
    }

    /** The jail's ETag; it changes whenever anything shown of the jail changes. */
    public String tag() {
        return EntityTag.of(generation, status);
    }

    /** Returns whether the host reports that the jail runs. */
    public boolean running() {
        return status.phase().filter(Phase.RUNNING::equals).isPresent();
    }

    /** Returns whether the jail is wanted running, but its host cannot start it or keep it running, or must not start it again. */
    public boolean broken() {
        return ended()
                || (definition.wanted() == WantedState.RUNNING
                        && status.phase().filter(BROKEN::contains).isPresent());
    }

    /** Returns whether the jail's program has ended and its restart policy does not let it be started again. */
    public boolean ended() {
        return stays(ENDS);
    }

    /** Returns whether the jail was shut down from inside and stays stopped, although it is wanted running. */
    public boolean halted() {
        return stays(Set.of(Condition.HALTED_ITSELF));
    }

    /** Returns whether the jail stays stopped for one of these reasons, although it is wanted running. */
    private boolean stays(Set<String> reasons) {
        return definition.wanted() == WantedState.RUNNING
                && status.generation() == generation
                && status.phase().filter(Phase.STOPPED::equals).isPresent()
                && status.conditions().stream().anyMatch(condition -> reasons.contains(condition.reason()));
    }

    private boolean settles(Phase phase) {
        return switch (phase) {
            case RUNNING -> definition.wanted() == WantedState.RUNNING;
            case STOPPED, REMOVED -> definition.wanted() == WantedState.STOPPED || halted() || ended();
            case REFUSED, BACKING_OFF -> true;
            case PENDING, STARTING, STOPPING -> false;
        };
    }
}
