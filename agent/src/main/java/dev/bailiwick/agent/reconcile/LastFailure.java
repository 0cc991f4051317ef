package dev.bailiwick.agent.reconcile;

import dev.bailiwick.jail.report.Condition;
import java.time.Instant;

/** The last failure of a jail, and when the agent tries again. */
record LastFailure(Kind kind, Condition condition, Instant retryAt) {

    enum Kind {
        /** The init ended although the agent did not ask it to. */
        ENDED,
        /** A step failed and may succeed later. */
        FAILED,
        /** A step failed and will fail again unless the definition or the host changes. */
        REFUSED
    }

    /** Returns whether every step must wait until {@link #retryAt}. After an init ended by itself, only its start waits. */
    boolean blocks(Instant now) {
        return kind != Kind.ENDED && now.isBefore(retryAt);
    }
}
