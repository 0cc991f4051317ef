package dev.bailiwick.agent.reconcile.plan;

import dev.bailiwick.agent.kernel.JailEnd.Ending;
import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.agent.reconcile.LastEnd;
import dev.bailiwick.jail.process.StopMethod;
import dev.bailiwick.jail.report.Condition;
import dev.bailiwick.jail.report.StepTiming;
import dev.bailiwick.jail.text.TimeText;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What the agent remembers about a jail and the kernel does not show. The {@link LastEnd} of it outlives the agent. The rest is only in
 * memory, on purpose: after a restart of the agent, the new process repeats a stop or a start that was in progress.
 *
 * @param selfHalt present if the jail was switched off from inside since its last start
 * @param steps the steps of the jail's last change
 * @param killed present if the last stop towards the present goal ended in a kill; says how the init was asked
 * @param runs the last run, for the restart policy
 */
public record JailHistory(
        Failures failures,
        Optional<SelfHalt> selfHalt,
        Stopping stopping,
        Cleanup cleanup,
        ChangeSteps steps,
        Optional<Condition> killed,
        Runs runs) {

    /** How much of a jail has been removed since it last ran. */
    enum Cleanup {
        NONE,
        RELEASED,
        FILES_KEPT,
        FILES_DELETED
    }

    private static final String INIT_EXITED = "InitExited";

    public static final JailHistory NONE = new JailHistory(
            Failures.NONE,
            Optional.empty(),
            Stopping.NONE,
            Cleanup.NONE,
            ChangeSteps.NONE,
            Optional.empty(),
            Runs.NONE);

    /** Returns what an agent knows of a jail when it begins. */
    public static JailHistory found(
            Failures failures, Optional<SelfHalt> selfHalt, Optional<Condition> killed, Runs runs) {
        return new JailHistory(failures, selfHalt, Stopping.NONE, Cleanup.NONE, ChangeSteps.NONE, killed, runs);
    }

    public int restarts() {
        return failures.restarts();
    }

    public Optional<LastFailure> lastFailure() {
        return failures.last();
    }

    Optional<Instant> stopAskedAt() {
        return stopping.askedAt();
    }

    Optional<Instant> killedAt() {
        return stopping.killedAt();
    }

    private JailHistory with(Failures other) {
        return new JailHistory(other, selfHalt, stopping, cleanup, steps, killed, runs);
    }

    private JailHistory with(Stopping other) {
        return new JailHistory(failures, selfHalt, other, cleanup, steps, killed, runs);
    }

    private JailHistory with(Cleanup other) {
        return new JailHistory(failures, selfHalt, stopping, other, steps, killed, runs);
    }

    private JailHistory with(ChangeSteps other) {
        return new JailHistory(failures, selfHalt, stopping, cleanup, other, killed, runs);
    }

    /** Returns the history of a jail that has just started or ended: nobody asked it to stop, and nothing of it is removed. */
    private JailHistory afresh(Failures counted, Optional<SelfHalt> halt) {
        return new JailHistory(counted, halt, Stopping.NONE, Cleanup.NONE, steps, killed, runs);
    }

    private JailHistory withKilled(Optional<Condition> other) {
        return new JailHistory(failures, selfHalt, stopping, cleanup, steps, other, runs);
    }

    public JailHistory with(Runs other) {
        return new JailHistory(failures, selfHalt, stopping, cleanup, steps, killed, other);
    }

    /** Records that a run is in the record. If it is the last one, the jail is not started again, so its end counts as no restart. */
    public JailHistory recorded(EndedRun run) {
        boolean isLast = runs.last().equals(Optional.of(run));
        return with(runs.recording(run)).with(isLast ? failures.notStartedAgain() : failures);
    }

    /** Forgets the failures and the last kill, because the jail has another goal. */
    public JailHistory towardsAnotherGoal() {
        return with(Failures.NONE).with(steps.ofAnotherGoal()).withKilled(Optional.empty());
    }

    /** @param began when the start began */
    public JailHistory started(Instant began, List<StepTiming> timings) {
        return afresh(failures.afterSuccess(), Optional.empty()).with(steps.started(began, timings));
    }

    /** Records that the host can start this definition, so that the jail can be stopped for it. */
    public JailHistory checked(String fingerprint) {
        return with(Stopping.checked(fingerprint));
    }

    /** Returns whether {@link #checked} was the last that happened to the running jail. */
    boolean isChecked(String fingerprint) {
        return stopping.checked().filter(fingerprint::equals).isPresent();
    }

    /**
     * @param wanted when the stop was requested
     * @param began when the agent began to ask the init
     */
    public JailHistory askedToStop(Instant wanted, Instant began, Instant now) {
        return with(Stopping.asked(now))
                .with(steps.ofStopWanted(wanted).then("queue", began).then("terminate", now));
    }

    /** Records a failed attempt to ask the init: it is asked again, but killed as early as any other. */
    public JailHistory couldNotBeAsked(Instant now) {
        return with(stopping.couldNotBeAsked(now)).with(steps.ofStopWanted(now));
    }

    /**
     * @param method how the jail was asked to end
     * @param began when the agent began to kill the jail
     */
    public JailHistory killed(StopMethod method, Instant began, Instant now) {
        return with(stopping.killed(now))
                .with(steps.then("await end", began).then("kill", now))
                .withKilled(Optional.of(killedAtDeadline(method, now)));
    }

    private static Condition killedAtDeadline(StopMethod method, Instant now) {
        String message = "did not end within " + method.timeoutSeconds() + " s of " + method.signal()
                + " and was killed; its program may have lost data. If it needs longer, raise stopTimeout; if it wants"
                + " another signal to end cleanly, set stopSignal";
        return new Condition(Condition.KILLED_AT_DEADLINE, message, now);
    }

    /** Returns the end of an init of which nobody has looked for the cause yet. */
    public Optional<InitEnd> unexplainedEnd() {
        return lastFailure().flatMap(LastFailure::end);
    }

    /** Records what was found about the {@link #unexplainedEnd}. */
    public JailHistory explained(Optional<Condition> cause) {
        return with(failures.because(cause));
    }

    /** @param began when the agent began to release the jail */
    public JailHistory released(Instant began, Instant now) {
        return with(Cleanup.RELEASED)
                .with(steps.then("queue", began).then("release", now).over());
    }

    public JailHistory filesKept() {
        return with(Cleanup.FILES_KEPT);
    }

    public JailHistory filesDeleted() {
        return with(Cleanup.FILES_DELETED);
    }

    /**
     * Records that the init ended. This is no failure after a request to stop, nor after a halt from inside or a reboot long enough
     * after the start; any other end counts as a strike.
     *
     * @param generation the generation that the jail ran
     */
    public JailHistory ended(Optional<Ending> ending, long generation, Duration ranFor, Instant now) {
        if (stopAskedAt().isPresent()) {
            return afresh(failures, selfHalt).with(steps.then("await end", now));
        }
        return switch (ending.orElse(null)) {
            case Ending.Halted() -> halted(generation, ranFor, now);
            // A jail that reboots soon after each start is in a crash loop.
            case Ending.Rebooted()
            when ranFor.compareTo(Backoff.REBOOTS_APART) >= 0 ->
                startingAgain("Rebooted", ending, ranFor, failures.strikes(), now, now);
            case Ending.Rebooted() -> struck("Rebooted", ending, ranFor, now);
            case Ending.Exited _, Ending.Killed _ -> struck(INIT_EXITED, ending, ranFor, now);
            case null -> struck(INIT_EXITED, ending, ranFor, now);
        };
    }

    private JailHistory halted(long generation, Duration ranFor, Instant now) {
        String message = "was switched off from inside after " + spoken(ranFor)
                + "; stays stopped until it is started again or its definition changes";
        SelfHalt halted = new SelfHalt(generation, new Condition(Condition.HALTED_ITSELF, message, now));
        return afresh(failures.forgiven(), Optional.of(halted));
    }

    private JailHistory struck(String reason, Optional<Ending> ending, Duration ranFor, Instant now) {
        int counted = ranFor.compareTo(Backoff.STABLE) >= 0 ? 1 : failures.strikes() + 1;
        return startingAgain(reason, ending, ranFor, counted, now.plus(Backoff.afterEnd(counted)), now);
    }

    private JailHistory startingAgain(
            String reason, Optional<Ending> ending, Duration ranFor, int counted, Instant retryAt, Instant now) {
        String message = "init " + describe(ending) + " after " + spoken(ranFor) + "; is started again "
                + (retryAt.equals(now) ? "at once" : "at " + TimeText.of(retryAt));
        Optional<InitEnd> end =
                reason.equals(INIT_EXITED) ? Optional.of(new InitEnd(ending, ranFor, counted)) : Optional.empty();
        LastFailure ended = new LastFailure(
                LastFailure.Kind.ENDED, new Condition(reason, message, now), retryAt, end, Optional.empty());
        return afresh(failures.ended(counted, ended), Optional.empty());
    }

    /** Records a failed step that may succeed later. */
    public JailHistory failed(KernelRefusal refusal, Instant now) {
        return failing(LastFailure.Kind.FAILED, Backoff.afterFailure(failures.strikes() + 1), refusal, now);
    }

    /** Records a failed step that will fail again unless the definition or the host changes. */
    public JailHistory refused(KernelRefusal refusal, Instant now) {
        return failing(LastFailure.Kind.REFUSED, Backoff.MAX, refusal, now);
    }

    private JailHistory failing(LastFailure.Kind kind, Duration delay, KernelRefusal refusal, Instant now) {
        Instant retryAt = now.plus(delay);
        String message = refusal.detail() + "; next try at " + TimeText.of(retryAt);
        Condition condition = new Condition(refusal.reason(), message, now);
        Optional<Condition> cause = refusal.cause().map(found -> new Condition(found.reason(), found.words(), now));
        return with(failures.failed(new LastFailure(kind, condition, retryAt, Optional.empty(), cause)));
    }

    /**
     * Records the steps of a failed start.
     *
     * @param began when the start began
     */
    public JailHistory tried(Instant began, List<StepTiming> timings) {
        return with(steps.started(began, timings));
    }

    /** Clears the failure of an earlier step, because a step has succeeded. */
    public JailHistory afterSuccess() {
        return with(failures.afterSuccess());
    }

    static String describe(Optional<Ending> ending) {
        return ending.map(e -> switch (e) {
                    case Ending.Exited(int status) -> "exited with status " + status;
                    case Ending.Killed(int signal) ->
                        "was ended by signal " + signal
                                + Signals.name(signal)
                                        .map(name -> " (" + name + ")")
                                        .orElse("");
                    case Ending.Rebooted() -> "rebooted the jail";
                    case Ending.Halted() -> "switched the jail off";
                })
                .orElse("ended in an unknown way");
    }

    static String spoken(Duration duration) {
        return duration.compareTo(Duration.ofMinutes(2)) < 0
                ? duration.toMillis() / 1000.0 + " s"
                : duration.toMinutes() + " min";
    }
}
