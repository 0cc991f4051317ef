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
 * @param restarts how often its init ended by itself since its definition was applied
 * @param strikes how many times in a row its init ended early or could not be started
 * @param selfHalt that it was switched off from inside; empty where it was not since it last started
 * @param stopAskedAt when its init was asked to end; empty where it was not since it started
 * @param killedAt when it was last killed, since it was asked to end
 * @param steps of the last start, or of the stop that came after it, or of both where they were one change
 */
record JailHistory(
        int restarts,
        int strikes,
        Optional<LastFailure> lastFailure,
        Optional<SelfHalt> selfHalt,
        Optional<Instant> stopAskedAt,
        Optional<Instant> killedAt,
        Clearance clearance,
        ChangeSteps steps) {

    /** How far a jail has been cleared away since it last ran. */
    enum Clearance {
        NONE,
        RELEASED,
        FILES_KEPT,
        FILES_DELETED
    }

    static final JailHistory NONE = new JailHistory(
            0,
            0,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Clearance.NONE,
            ChangeSteps.NONE);

    /** Something else is wanted now: what went wrong before no longer counts. */
    JailHistory towardsAnotherGoal() {
        return new JailHistory(
                0, 0, Optional.empty(), selfHalt, stopAskedAt, killedAt, clearance, steps.ofAnotherGoal());
    }

    /** @param began when its start was begun */
    JailHistory started(Instant began, List<StepTiming> timings) {
        Optional<LastFailure> remembered = lastFailure.filter(t -> t.kind() == LastFailure.Kind.ENDED);
        return new JailHistory(
                restarts,
                strikes,
                remembered,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Clearance.NONE,
                steps.started(began, timings));
    }

    /**
     * @param wanted when a stop was wanted first
     * @param began when to ask its init began
     */
    JailHistory askedToStop(Instant wanted, Instant began, Instant now) {
        ChangeSteps asked = steps.ofStopWanted(wanted).then("queue", began).then("terminate", now);
        return new JailHistory(
                restarts, strikes, lastFailure, selfHalt, Optional.of(now), Optional.empty(), clearance, asked);
    }

    /** It is asked again, but has no longer to end than any other before it is killed. */
    JailHistory couldNotBeAsked(Instant now) {
        Optional<Instant> asked = Optional.of(stopAskedAt.orElse(now));
        ChangeSteps stop = steps.ofStopWanted(now);
        return new JailHistory(restarts, strikes, lastFailure, selfHalt, asked, Optional.empty(), clearance, stop);
    }

    /** @param began when to kill it began */
    JailHistory killed(Instant began, Instant now) {
        Optional<Instant> asked = Optional.of(stopAskedAt.orElse(now));
        ChangeSteps killed = steps.then("await end", began).then("kill", now);
        return new JailHistory(restarts, strikes, lastFailure, selfHalt, asked, Optional.of(now), clearance, killed);
    }

    /** @param began when to release it began */
    JailHistory released(Instant began, Instant now) {
        ChangeSteps released = steps.then("queue", began).then("release", now).over();
        return new JailHistory(
                restarts, strikes, lastFailure, selfHalt, stopAskedAt, killedAt, Clearance.RELEASED, released);
    }

    JailHistory filesKept() {
        return new JailHistory(
                restarts, strikes, lastFailure, selfHalt, stopAskedAt, killedAt, Clearance.FILES_KEPT, steps);
    }

    JailHistory filesDeleted() {
        return new JailHistory(
                restarts, strikes, lastFailure, selfHalt, stopAskedAt, killedAt, Clearance.FILES_DELETED, steps);
    }

    /**
     * The init ended. After having been asked to, that is what was wanted; a reboot or halt from inside is what its own people
     * wanted; otherwise it is a strike.
     *
     * @param generation of the definition it ran
     */
    JailHistory ended(Optional<Ending> ending, long generation, Duration ranFor, Instant now) {
        if (stopAskedAt.isPresent()) {
            return new JailHistory(
                    restarts,
                    strikes,
                    lastFailure,
                    selfHalt,
                    Optional.empty(),
                    Optional.empty(),
                    Clearance.NONE,
                    steps.then("await end", now));
        }
        return switch (ending.orElse(null)) {
            case Ending.Halted() -> halted(generation, ranFor, now);
            // One that reboots as soon as it is up is a crash loop by another name.
            case Ending.Rebooted()
            when ranFor.compareTo(Backoff.REBOOTS_APART) >= 0 ->
                startingAgain("Rebooted", ending, ranFor, strikes, now, now);
            case Ending.Rebooted() -> struck("Rebooted", ending, ranFor, now);
            case Ending.Exited _, Ending.Killed _ -> struck("InitExited", ending, ranFor, now);
            case null -> struck("InitExited", ending, ranFor, now);
        };
    }

    private JailHistory halted(long generation, Duration ranFor, Instant now) {
        String message = "was switched off from inside after " + spoken(ranFor)
                + "; rests until it is started again or its definition changes";
        SelfHalt halted = new SelfHalt(generation, new Condition(Condition.HALTED_ITSELF, message, now));
        return new JailHistory(
                restarts,
                0,
                Optional.empty(),
                Optional.of(halted),
                Optional.empty(),
                Optional.empty(),
                Clearance.NONE,
                steps);
    }

    private JailHistory struck(String reason, Optional<Ending> ending, Duration ranFor, Instant now) {
        int counted = ranFor.compareTo(Backoff.STABLE) >= 0 ? 1 : strikes + 1;
        return startingAgain(reason, ending, ranFor, counted, now.plus(Backoff.afterEnd(counted)), now);
    }

    private JailHistory startingAgain(
            String reason, Optional<Ending> ending, Duration ranFor, int counted, Instant retryAt, Instant now) {
        String message = "init " + said(ending) + " after " + spoken(ranFor) + "; next start "
                + (retryAt.equals(now) ? "at once" : "at " + TimeText.of(retryAt));
        LastFailure ended = new LastFailure(LastFailure.Kind.ENDED, new Condition(reason, message, now), retryAt);
        return new JailHistory(
                restarts + 1,
                counted,
                Optional.of(ended),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Clearance.NONE,
                steps);
    }

    /** A step was not permitted, and may be another time. */
    JailHistory failed(KernelRefusal refusal, Instant now) {
        return failing(LastFailure.Kind.FAILED, Backoff.afterFailure(strikes + 1), refusal, now);
    }

    /** A step was not permitted, and will not be unless the definition or the host changes. */
    JailHistory refused(KernelRefusal refusal, Instant now) {
        return failing(LastFailure.Kind.REFUSED, Backoff.MAX, refusal, now);
    }

    private JailHistory failing(LastFailure.Kind kind, Duration delay, KernelRefusal refusal, Instant now) {
        Instant retryAt = now.plus(delay);
        String message = refusal.detail() + "; next try at " + TimeText.of(retryAt);
        Condition condition = new Condition(refusal.reason(), message, now);
        return new JailHistory(
                restarts,
                strikes + 1,
                Optional.of(new LastFailure(kind, condition, retryAt)),
                selfHalt,
                stopAskedAt,
                killedAt,
                clearance,
                steps);
    }

    /**
     * The steps of a start that was tried in vain.
     *
     * @param began when it was begun
     */
    JailHistory tried(Instant began, List<StepTiming> timings) {
        ChangeSteps tried = steps.started(began, timings);
        return new JailHistory(restarts, strikes, lastFailure, selfHalt, stopAskedAt, killedAt, clearance, tried);
    }

    /** A step went well, so a failure before it is over. */
    JailHistory afterSuccess() {
        if (lastFailure.isEmpty() || lastFailure.get().kind() == LastFailure.Kind.ENDED) {
            return this;
        }
        return new JailHistory(restarts, strikes, Optional.empty(), selfHalt, stopAskedAt, killedAt, clearance, steps);
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
