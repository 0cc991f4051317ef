package dev.bailiwick.agent.reconcile;

import dev.bailiwick.agent.reconcile.plan.EndedRun;
import dev.bailiwick.agent.reconcile.plan.Failures;
import dev.bailiwick.agent.reconcile.plan.Goal;
import dev.bailiwick.agent.reconcile.plan.JailHistory;
import dev.bailiwick.agent.reconcile.plan.LastFailure;
import dev.bailiwick.agent.reconcile.plan.Runs;
import dev.bailiwick.agent.reconcile.plan.SelfHalt;
import dev.bailiwick.jail.report.Condition;
import java.time.Instant;
import java.util.Optional;

/**
 * What the agent must still know of a jail's last end after its own restart: the kernel does not show it.
 *
 * @param goal the {@link Goal#identity} towards which the jail ended; for another goal, the rest is forgotten
 * @param failure the end and its probable cause; empty unless the init ended by itself
 * @param killed present if the jail was killed because it did not end in time
 * @param inARow see {@link Runs}
 * @param run the run that ended
 */
public record LastEnd(
        String goal,
        int restarts,
        int strikes,
        Optional<LastFailure> failure,
        Optional<SelfHalt> selfHalt,
        Optional<Condition> killed,
        int inARow,
        Optional<EndedRun> run) {

    /** Returns what is worth remembering; empty for a jail that has only ended as it was asked to. */
    static Optional<LastEnd> of(String goal, JailHistory history) {
        Failures failures = history.failures();
        LastEnd end = new LastEnd(
                goal,
                failures.restarts(),
                failures.strikes(),
                failures.last()
                        .filter(failure -> failure.kind() == LastFailure.Kind.ENDED)
                        .map(failure -> failure.because(failure.cause())),
                history.selfHalt(),
                history.killed(),
                history.runs().inARow(),
                history.runs().last());
        return end.isNothing() ? Optional.empty() : Optional.of(end);
    }

    private boolean isNothing() {
        return restarts == 0
                && inARow == 0
                && failure.isEmpty()
                && selfHalt.isEmpty()
                && killed.isEmpty()
                && run.isEmpty();
    }

    /**
     * Returns the history of the jail under an agent that begins.
     *
     * @param recorded the run in the {@link EndedRuns}
     */
    JailHistory history(Optional<EndedRun> recorded, Instant now) {
        Failures failures = new Failures(restarts, strikes, failure.map(known -> known.noLaterThan(now)));
        return JailHistory.found(failures, selfHalt, killed, new Runs(inARow, later(recorded), recorded));
    }

    /** Returns the run that ended last. One that was recorded in advance is the run of this end, if it has the same generation. */
    private Optional<EndedRun> later(Optional<EndedRun> recorded) {
        return run.filter(known -> recorded.isEmpty()
                        || (recorded.get().isUnseen() && recorded.get().generation() == known.generation()))
                .or(() -> recorded);
    }
}
