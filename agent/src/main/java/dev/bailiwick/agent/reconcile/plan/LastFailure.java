package dev.bailiwick.agent.reconcile.plan;

import dev.bailiwick.jail.report.Condition;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The last failure of a jail, and when the agent tries again.
 *
 * @param end an init that ended by itself, while nobody has looked for the cause
 * @param cause the probable cause
 */
public record LastFailure(
        Kind kind, Condition condition, Instant retryAt, Optional<InitEnd> end, Optional<Condition> cause) {

    public enum Kind {
        /** The init ended although the agent did not ask it to. */
        ENDED,
        /** A step failed and may succeed later. */
        FAILED,
        /** A step failed and will fail again unless the definition or the host changes. */
        REFUSED
    }

    LastFailure(Kind kind, Condition condition, Instant retryAt) {
        this(kind, condition, retryAt, Optional.empty(), Optional.empty());
    }

    /** Returns the same failure with its probable cause, or without one after a search in vain. */
    public LastFailure because(Optional<Condition> found) {
        return new LastFailure(kind, condition, retryAt, Optional.empty(), found);
    }

    /** Returns the same failure for an agent that has read it: the clock may have been set back in the meantime. */
    public LastFailure noLaterThan(Instant now) {
        Instant latest = now.plus(Backoff.MAX);
        return retryAt.isAfter(latest) ? new LastFailure(kind, condition, latest, end, cause) : this;
    }

    /** Returns the conditions: the failure, and then its probable cause. */
    List<Condition> conditions() {
        List<Condition> conditions = new ArrayList<>();
        conditions.add(condition);
        cause.ifPresent(conditions::add);
        return conditions;
    }

    /** Returns whether every step must wait until {@link #retryAt}. After an init ended by itself, only its start waits. */
    boolean blocks(Instant now) {
        return kind != Kind.ENDED && now.isBefore(retryAt);
    }
}
