package dev.bailiwick.agent.reconcile;

import java.time.Instant;
import java.util.Optional;

/**
 * How far a stop has come.
 *
 * @param askedAt when the jail's init was asked to end; empty where it was not since it started
 * @param killedAt when it was last killed, since it was asked to end
 */
record Stopping(Optional<Instant> askedAt, Optional<Instant> killedAt) {

    static final Stopping NONE = new Stopping(Optional.empty(), Optional.empty());

    static Stopping asked(Instant now) {
        return new Stopping(Optional.of(now), Optional.empty());
    }

    /** It could not be asked: the time that it has to end begins with the first attempt. */
    Stopping couldNotBeAsked(Instant now) {
        return asked(askedAt.orElse(now));
    }

    Stopping killed(Instant now) {
        return new Stopping(Optional.of(askedAt.orElse(now)), Optional.of(now));
    }
}
