package dev.bailiwick.agent.reconcile;

import java.util.Optional;

/**
 * What went wrong with a jail since its definition was applied.
 *
 * @param restarts how often its init ended by itself
 * @param strikes how many times in a row its init ended early or could not be started
 */
record Failures(int restarts, int strikes, Optional<LastFailure> last) {

    static final Failures NONE = new Failures(0, 0, Optional.empty());

    /** Its init ended by itself, and is started again. */
    Failures ended(int counted, LastFailure failure) {
        return new Failures(restarts + 1, counted, Optional.of(failure));
    }

    /** A step failed. */
    Failures failed(LastFailure failure) {
        return new Failures(restarts, strikes + 1, Optional.of(failure));
    }

    /** Its people switched it off: nothing went wrong. */
    Failures forgiven() {
        return new Failures(restarts, 0, Optional.empty());
    }

    /** A step went well, so a failed one before it is over; that its init ended is not. */
    Failures afterSuccess() {
        return new Failures(restarts, strikes, last.filter(failure -> failure.kind() == LastFailure.Kind.ENDED));
    }
}
