package dev.bailiwick.agent.reconcile.plan;

import dev.bailiwick.agent.kernel.JailEnd.Ending;
import dev.bailiwick.jail.process.RestartPolicy;
import dev.bailiwick.jail.report.Condition;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A run of a jail that its init ended by itself, or whose end nobody saw.
 *
 * @param generation the generation that the jail ran
 * @param fingerprint that of the definition that it ran
 * @param ending empty if nobody saw it
 * @param ranFor zero if nobody saw the end
 * @param at when the agent learned of the end
 * @param inARow the number of runs in a row that ended by themselves, with this one; a run of {@link Backoff#STABLE} begins again at 1
 */
public record EndedRun(
        long generation, String fingerprint, Optional<Ending> ending, Duration ranFor, Instant at, int inARow) {

    /** Returns the run of a jail as it stands until its end is seen. */
    static EndedRun unseen(long generation, String fingerprint, Instant now) {
        return unseen(generation, fingerprint, now, 1);
    }

    static EndedRun unseen(long generation, String fingerprint, Instant now, int inARow) {
        return new EndedRun(generation, fingerprint, Optional.empty(), Duration.ZERO, now, inARow);
    }

    public boolean isUnseen() {
        return ending.isEmpty();
    }

    /** Returns whether this was a run towards that goal: of the same generation, or of another that changes nothing in a running jail. */
    boolean isOf(Goal.Run goal) {
        return generation == goal.generation() || fingerprint.equals(goal.fingerprint());
    }

    /** Returns why the jail is not started again; empty if it is. */
    Optional<Condition> staysEnded(RestartPolicy policy) {
        return switch (policy.mode()) {
            case NEVER -> Optional.of(over(policy));
            case ON_FAILURE -> isSuccess() ? Optional.of(over(policy)) : limitReached(policy);
            case ALWAYS -> limitReached(policy);
        };
    }

    private boolean isSuccess() {
        return ending.equals(Optional.of(new Ending.Exited(0)));
    }

    private Condition over(RestartPolicy policy) {
        String message = "init " + JailHistory.describe(ending)
                + (ending.isPresent() ? " after " + JailHistory.spoken(ranFor) : "")
                + "; not started again until somebody starts it (restartPolicy "
                + policy.mode().text() + ")";
        return new Condition(isSuccess() ? Condition.COMPLETED : Condition.ENDED, message, at);
    }

    private Optional<Condition> limitReached(RestartPolicy policy) {
        if (policy.limit().isEmpty() || inARow <= policy.limit().getAsInt()) {
            return Optional.empty();
        }
        int limit = policy.limit().getAsInt();
        String message = "init " + JailHistory.describe(ending) + " after " + JailHistory.spoken(ranFor)
                + ", and had been started again "
                + (limit == 1 ? "once" : limit + " times in a row") + " (restartLimit " + limit
                + "); not started again until somebody starts it";
        return Optional.of(new Condition(Condition.RESTART_LIMIT_REACHED, message, at));
    }
}
