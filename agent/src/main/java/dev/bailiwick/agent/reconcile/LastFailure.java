package dev.bailiwick.agent.reconcile;

import dev.bailiwick.jail.Condition;
import java.time.Instant;

/** What last went wrong with a jail, and when to try again. */
record LastFailure(Kind kind, Condition condition, Instant retryAt) {

    enum Kind {
        /** Its init ended although nobody asked it to. */
        ENDED,
        /** A step failed and may succeed another time. */
        FAILED,
        /** A step failed and will fail again unless the host is changed. */
        REFUSED
    }

    /** Nothing may be done before {@link #retryAt}; an ended init does not stand in the way of other steps. */
    boolean blocks(Instant now) {
        return kind != Kind.ENDED && now.isBefore(retryAt);
    }
}
