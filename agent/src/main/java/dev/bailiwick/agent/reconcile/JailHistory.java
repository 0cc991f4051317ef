package dev.bailiwick.agent.reconcile;

import dev.bailiwick.agent.kernel.JailEnd.Ending;
import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.jail.Condition;
import dev.bailiwick.jail.StepTiming;
import dev.bailiwick.jail.TimeText;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What this agent remembers of one jail and the kernel does not show. It is lost with the agent, on purpose: a new agent
 * asks once more to stop, or tries once more to start.
 *
 * @param selfHalt that it was switched off from inside; empty where it was not since it last started
 * @param steps of the last start, or of the stop that came after it, or of both where they were one change
 */
record JailHistory(
        Failures failures, Optional<SelfHalt> selfHalt, Stopping stopping, Clearance clearance, ChangeSteps steps) {

    /** How far a jail has been cleared away since it last ran. */
    enum Clearance {
        NONE,
        RELEASED,
        FILES_KEPT,
        FILES_DELETED
    }

    static final JailHistory NONE =
            new JailHistory(Failures.NONE, Optional.empty(), Stopping.NONE, Clearance.NONE, ChangeSteps.NONE);

    int restarts() {
        return failures.restarts();
    }

    Optional<LastFailure> lastFailure() {
        return failures.last();
    }

    Optional<Instant> stopAskedAt() {
        return stopping.askedAt();
    }

    Optional<Instant> killedAt() {
        return stopping.killedAt();
    }

    private JailHistory with(Failures other) {
        return new JailHistory(other, selfHalt, stopping, clearance, steps);
    }

    private JailHistory with(Stopping other) {
        return new JailHistory(failures, selfHalt, other, clearance, steps);
    }

    private JailHistory with(Clearance other) {
        return new JailHistory(failures, selfHalt, stopping, other, steps);
    }

    private JailHistory with(ChangeSteps other) {
        return new JailHistory(failures, selfHalt, stopping, clearance, other);
    }

    /** It does not run as before: it was not asked to stop, and nothing of it is cleared away. */
    private JailHistory afresh(Failures counted, Optional<SelfHalt> halt) {
        return new JailHistory(counted, halt, Stopping.NONE, Clearance.NONE, steps);
    }

    /** Something else is wanted now: what went wrong before no longer counts. */
    JailHistory towardsAnotherGoal() {
        return with(Failures.NONE).with(steps.ofAnotherGoal());
    }

    /** @param began when its start was begun */
    JailHistory started(Instant began, List<StepTiming> timings) {
        return afresh(failures.afterSuccess(), Optional.empty()).with(steps.started(began, timings));
    }

    /**
     * @param wanted when a stop was wanted first
     * @param began when to ask its init began
     */
    JailHistory askedToStop(Instant wanted, Instant began, Instant now) {
        return with(Stopping.asked(now))
                .with(steps.ofStopWanted(wanted).then("queue", began).then("terminate", now));
    }

    /** It is asked again, but has no longer to end than any other before it is killed. */
    JailHistory couldNotBeAsked(Instant now) {
        return with(stopping.couldNotBeAsked(now)).with(steps.ofStopWanted(now));
    }

    /** @param began when to kill it began */
    JailHistory killed(Instant began, Instant now) {
        return with(stopping.killed(now)).with(steps.then("await end", began).then("kill", now));
    }

    /** @param began when to release it began */
    JailHistory released(Instant began, Instant now) {
        return with(Clearance.RELEASED)
                .with(steps.then("queue", began).then("release", now).over());
    }

    JailHistory filesKept() {
        return with(Clearance.FILES_KEPT);
    }

    JailHistory filesDeleted() {
        return with(Clearance.FILES_DELETED);
    }

    /**
     * The init ended. After having been asked to, that is what was wanted; a reboot or halt from inside is what its own people
     * wanted; otherwise it is a strike.
     *
     * @param generation of the definition it ran
     */
    JailHistory ended(Optional<Ending> ending, long generation, Duration ranFor, Instant now) {
        if (stopAskedAt().isPresent()) {
            return afresh(failures, selfHalt).with(steps.then("await end", now));
        }
        return switch (ending.orElse(null)) {
            case Ending.Halted() -> halted(generation, ranFor, now);
            // One that reboots as soon as it is up is a crash loop by another name.
            case Ending.Rebooted()
            when ranFor.compareTo(Backoff.REBOOTS_APART) >= 0 ->
                startingAgain("Rebooted", ending, ranFor, failures.strikes(), now, now);
            case Ending.Rebooted() -> struck("Rebooted", ending, ranFor, now);
            case Ending.Exited _, Ending.Killed _ -> struck("InitExited", ending, ranFor, now);
            case null -> struck("InitExited", ending, ranFor, now);
        };
    }

    private JailHistory halted(long generation, Duration ranFor, Instant now) {
        String message = "was switched off from inside after " + spoken(ranFor)
                + "; rests until it is started again or its definition changes";
        SelfHalt halted = new SelfHalt(generation, new Condition(Condition.HALTED_ITSELF, message, now));
        return afresh(failures.forgiven(), Optional.of(halted));
    }

    private JailHistory struck(String reason, Optional<Ending> ending, Duration ranFor, Instant now) {
        int counted = ranFor.compareTo(Backoff.STABLE) >= 0 ? 1 : failures.strikes() + 1;
        return startingAgain(reason, ending, ranFor, counted, now.plus(Backoff.afterEnd(counted)), now);
    }

    private JailHistory startingAgain(
            String reason, Optional<Ending> ending, Duration ranFor, int counted, Instant retryAt, Instant now) {
        String message = "init " + said(ending) + " after " + spoken(ranFor) + "; next start "
                + (retryAt.equals(now) ? "at once" : "at " + TimeText.of(retryAt));
        LastFailure ended = new LastFailure(LastFailure.Kind.ENDED, new Condition(reason, message, now), retryAt);
        return afresh(failures.ended(counted, ended), Optional.empty());
    }

    /** A step was not permitted, and may be another time. */
    JailHistory failed(KernelRefusal refusal, Instant now) {
        return failing(LastFailure.Kind.FAILED, Backoff.afterFailure(failures.strikes() + 1), refusal, now);
    }

    /** A step was not permitted, and will not be unless the definition or the host changes. */
    JailHistory refused(KernelRefusal refusal, Instant now) {
        return failing(LastFailure.Kind.REFUSED, Backoff.MAX, refusal, now);
    }

    private JailHistory failing(LastFailure.Kind kind, Duration delay, KernelRefusal refusal, Instant now) {
        Instant retryAt = now.plus(delay);
        String message = refusal.detail() + "; next try at " + TimeText.of(retryAt);
        Condition condition = new Condition(refusal.reason(), message, now);
        return with(failures.failed(new LastFailure(kind, condition, retryAt)));
    }

    /**
     * The steps of a start that was tried in vain.
     *
     * @param began when it was begun
     */
    JailHistory tried(Instant began, List<StepTiming> timings) {
        return with(steps.started(began, timings));
    }

    /** A step went well, so a failure before it is over. */
    JailHistory afterSuccess() {
        return with(failures.afterSuccess());
    }

    private static String said(Optional<Ending> ending) {
        return ending.map(e -> switch (e) {
                    case Ending.Exited(int status) -> "exited with status " + status;
                    case Ending.Killed(int signal) -> "was ended by signal " + signal;
                    case Ending.Rebooted() -> "rebooted the jail";
                    case Ending.Halted() -> "switched the jail off";
                })
                .orElse("ended, how is not known,");
    }

    private static String spoken(Duration duration) {
        return duration.compareTo(Duration.ofMinutes(2)) < 0
                ? duration.toMillis() / 1000.0 + " s"
                : duration.toMinutes() + " min";
    }
}
