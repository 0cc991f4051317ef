package dev.bailiwick.agent.reconcile.plan;

import java.time.Instant;
import java.util.Optional;

/**
 * The progress of a stop.
 *
 * @param checked the fingerprint of the definition that the host was found to be able to start, before the jail is stopped for it
 * @param askedAt when the agent asked the jail's init to end; empty if it has not asked since the jail started
 * @param killedAt when the agent last killed the jail, after it had asked
 */
record Stopping(Optional<String> checked, Optional<Instant> askedAt, Optional<Instant> killedAt) {

    static final Stopping NONE = new Stopping(Optional.empty(), Optional.empty(), Optional.empty());

    static Stopping checked(String fingerprint) {
        return new Stopping(Optional.of(fingerprint), Optional.empty(), Optional.empty());
    }

    static Stopping asked(Instant now) {
        return new Stopping(Optional.empty(), Optional.of(now), Optional.empty());
    }

    /** Records a failed attempt to ask the init; its deadline counts from the first attempt. */
    Stopping couldNotBeAsked(Instant now) {
        return asked(askedAt.orElse(now));
    }

    Stopping killed(Instant now) {
        return new Stopping(checked, Optional.of(askedAt.orElse(now)), Optional.of(now));
    }
}
