package dev.bailiwick.agent.reconcile.plan;

import dev.bailiwick.jail.report.Condition;
import java.util.Optional;

/**
 * The failures of a jail since its definition was applied.
 *
 * @param restarts the number of times that its init ended by itself and was started again
 * @param strikes the number of times in a row that its init ended early or a step failed
 */
public record Failures(int restarts, int strikes, Optional<LastFailure> last) {

    static final Failures NONE = new Failures(0, 0, Optional.empty());

    /** Counts an init that ended by itself and will be started again. */
    Failures ended(int counted, LastFailure failure) {
        return new Failures(restarts + 1, counted, Optional.of(failure));
    }

    /** Takes back that the last end is followed by a restart. */
    Failures notStartedAgain() {
        return new Failures(Math.max(0, restarts - 1), strikes, last);
    }

    /** Counts a failed step. */
    Failures failed(LastFailure failure) {
        return new Failures(restarts, strikes + 1, Optional.of(failure));
    }

    /** Adds the probable cause of the last failure. */
    Failures because(Optional<Condition> cause) {
        return new Failures(restarts, strikes, last.map(failure -> failure.because(cause)));
    }

    /** Clears the failures of a jail that was switched off from inside: nothing went wrong. */
    Failures forgiven() {
        return new Failures(restarts, 0, Optional.empty());
    }

    /** Clears the failure of an earlier step, because a step has succeeded; keeps the failure of an init that ended. */
    Failures afterSuccess() {
        return new Failures(restarts, strikes, last.filter(failure -> failure.kind() == LastFailure.Kind.ENDED));
    }
}
