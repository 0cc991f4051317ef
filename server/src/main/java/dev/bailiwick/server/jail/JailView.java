package dev.bailiwick.server.jail;

import dev.bailiwick.jail.Condition;
import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.Phase;
import dev.bailiwick.jail.WantedState;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.host.HostName;
import dev.bailiwick.server.problem.EntityTag;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * What is wanted of a jail, and beside it what is true.
 *
 * @param generation counts its definitions, from 1
 * @param retiredAt when it was retired; it stays until its host reports that nothing of it is left
 */
public record JailView(
        JailId id,
        CustomerId customer,
        HostId host,
        HostName hostName,
        Optional<String> externalId,
        long generation,
        JailDefinition definition,
        Instant createdAt,
        Instant updatedAt,
        Optional<Instant> retiredAt,
        JailStatus status) {

    private static final Set<Phase> BROKEN = Set.of(Phase.REFUSED, Phase.BACKING_OFF);

    /** The jail with its next generation, of which its host has yet to hear. */
    JailView next(JailDefinition wanted, Instant now) {
        return new JailView(
                id,
                customer,
                host,
                hostName,
                externalId,
                generation + 1,
                wanted,
                createdAt,
                now,
                retiredAt,
                status.outdated());
    }

    JailView of(CustomerId other) {
        return new JailView(
                id, other, host, hostName, externalId, generation, definition, createdAt, updatedAt, retiredAt, status);
    }

    JailView retired(Instant at) {
        return new JailView(
                id,
                customer,
                host,
                hostName,
                externalId,
                generation,
                definition,
                createdAt,
                updatedAt,
                Optional.of(at),
                status);
    }

    /**
     * Whether the host has done with this generation what can be done, so that waiting longer changes nothing by itself. A jail
     * that is stopped in order to restart is not: what is wanted of it is that it runs.
     */
    public boolean settled() {
        if (status.generation() < generation || retiredAt.isPresent()) {
            return false;
        }
        return status.phase().filter(this::settles).isPresent();
    }

    /** Whether its host has something else of it than the server, and an operator has to decide which counts. */
    public boolean differsOnHost() {
        return status.conditions().stream()
                .map(Condition::reason)
                .anyMatch(
                        reason -> reason.equals(Condition.CHANGED_ON_HOST) || reason.equals(Condition.REMOVED_ON_HOST));
    }

    /** The jail's ETag; it changes whenever anything shown of the jail changes. */
    public String tag() {
        return EntityTag.of(generation, status);
    }

    /** Whether its host says that it runs. */
    public boolean running() {
        return status.phase().filter(Phase.RUNNING::equals).isPresent();
    }

    /** Whether it should run and its host cannot make it. */
    public boolean broken() {
        return definition.wanted() == WantedState.RUNNING
                && status.phase().filter(BROKEN::contains).isPresent();
    }

    /** Whether it was switched off from inside and rests so, although it is wanted running. */
    public boolean halted() {
        return definition.wanted() == WantedState.RUNNING
                && status.generation() == generation
                && status.phase().filter(Phase.STOPPED::equals).isPresent()
                && status.conditions().stream()
                        .anyMatch(condition -> condition.reason().equals(Condition.HALTED_ITSELF));
    }

    private boolean settles(Phase phase) {
        return switch (phase) {
            case RUNNING -> definition.wanted() == WantedState.RUNNING;
            case STOPPED, REMOVED -> definition.wanted() == WantedState.STOPPED || halted();
            case REFUSED, BACKING_OFF -> true;
            case PENDING, STARTING, STOPPING -> false;
        };
    }
}
