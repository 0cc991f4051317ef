package dev.bailiwick.agent.reconcile.plan;

import dev.bailiwick.agent.kernel.ObservedJail;
import dev.bailiwick.agent.reconcile.plan.JailHistory.Cleanup;
import dev.bailiwick.jail.desired.DesiredJail.FilesFate;
import dev.bailiwick.jail.process.RestartPolicy;
import dev.bailiwick.jail.process.StopMethod;
import dev.bailiwick.jail.report.Condition;
import dev.bailiwick.jail.report.Phase;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Decides the next step for one jail. A pure function of the goal, the state and the time. */
public final class Planner {

    /** A killed jail whose end was not reported within this time is killed again. */
    static final Duration KILL_AGAIN = Duration.ofSeconds(5);

    private Planner() {}

    public static Plan plan(Goal goal, JailState state, Instant now) {
        return switch (goal) {
            case Goal.Run run -> {
                Plan plan = towardsRunning(run, state, now);
                yield run.expiry().map(plan::noLaterThan).orElse(plan);
            }
            case Goal.Stop stop -> towardsStopped(stop, state, now);
            case Goal.Remove remove -> towardsRemoved(remove, state, now);
            case Goal.Leave() -> leave(state, now);
        };
    }

    private static Plan towardsRunning(Goal.Run run, JailState state, Instant now) {
        if (state.isRunning()) {
            return whileRunning(run, state, now);
        }
        Optional<Condition> over = whyOver(run, state.history().runs());
        if (over.isPresent()) {
            return whileOver(run, over.get(), state, now);
        }
        Optional<SelfHalt> selfHalt = state.history().selfHalt().filter(h -> h.generation() == run.generation());
        if (selfHalt.isPresent()) {
            return whileHalted(run, selfHalt.get(), state, now);
        }
        Optional<LastFailure> waiting = state.history().lastFailure().filter(t -> now.isBefore(t.retryAt()));
        if (waiting.isPresent()) {
            return whileWaiting(run, waiting.get(), state, now);
        }
        if (run.pathHeldBy().isPresent()) {
            String message =
                    "waits until the files of removed jail " + run.pathHeldBy().get() + " are deleted from "
                            + run.definition().path();
            return Plan.rest(Phase.PENDING, run.generation(), List.of(new Condition("PathInUse", message, now)));
        }
        Step step = state.observed().isPresent()
                ? new Step.Release()
                : recording(run, state.history().runs(), now)
                        .orElseGet(() ->
                                new Step.Start(run.generation(), run.fingerprint(), run.definition(), run.files()));
        return Plan.act(step, Phase.STARTING, run.generation(), conditions(state));
    }

    /** Returns why the last run was the last one: its end, and what the restart policy says of it. */
    private static Optional<Condition> whyOver(Goal.Run run, Runs runs) {
        return runs.last()
                .filter(last -> last.isOf(run))
                .flatMap(last -> last.staysEnded(run.definition().restarts()));
    }

    private static Plan whileOver(Goal.Run run, Condition why, JailState state, Instant now) {
        if (state.observed().isPresent()) {
            return unlessBlocked(new Step.Release(), run.generation(), state.history(), now);
        }
        Runs runs = state.history().runs();
        if (!runs.recorded().equals(runs.last())) {
            return unlessBlocked(new Step.RecordEnd(runs.last().orElseThrow()), run.generation(), state.history(), now);
        }
        List<Condition> conditions = new ArrayList<>(List.of(why));
        if (!why.reason().equals(Condition.COMPLETED)) {
            state.history().lastFailure().flatMap(LastFailure::cause).ifPresent(conditions::add);
        }
        return Plan.rest(Phase.STOPPED, run.generation(), conditions);
    }

    /**
     * Returns what to do with the record of runs before a start. A jail that is never started again is recorded in advance, as if its end
     * were not seen: so it is not executed twice, whatever happens to its host.
     */
    private static Optional<Step> recording(Goal.Run run, Runs runs, Instant now) {
        if (run.definition().restarts().mode() != RestartPolicy.Mode.NEVER) {
            return runs.recorded().map(_ -> new Step.ForgetEnd());
        }
        return runs.recorded()
                        .filter(recorded -> recorded.isUnseen() && recorded.isOf(run))
                        .isPresent()
                ? Optional.empty()
                : Optional.of(new Step.RecordEnd(EndedRun.unseen(run.generation(), run.fingerprint(), now)));
    }

    private static Plan whileHalted(Goal.Run run, SelfHalt selfHalt, JailState state, Instant now) {
        if (state.observed().isPresent()) {
            return unlessBlocked(new Step.Release(), run.generation(), state.history(), now);
        }
        return Plan.rest(Phase.STOPPED, run.generation(), List.of(selfHalt.condition()));
    }

    private static Plan whileWaiting(Goal.Run run, LastFailure failure, JailState state, Instant now) {
        Phase phase = failure.kind() == LastFailure.Kind.ENDED ? Phase.BACKING_OFF : Phase.REFUSED;
        if (state.observed().isPresent() && !failure.blocks(now)) {
            return Plan.act(new Step.Release(), phase, run.generation(), conditions(state));
        }
        return Plan.waitUntil(failure.retryAt(), phase, run.generation(), conditions(state));
    }

    /**
     * Plans for a running jail that should run. A stop that has begun is finished even if the jail should run again: its init may
     * have ended some services already, and only a new start brings back a known state.
     */
    private static Plan whileRunning(Goal.Run run, JailState state, Instant now) {
        ObservedJail jail = state.observed().orElseThrow();
        JailHistory history = state.history();
        boolean fits = run.fits(jail);
        if (!fits && mustBeChecked(run, jail, history)) {
            return blocked(history, now)
                    ? Plan.waitUntil(retryAt(history), Phase.RUNNING, jail.generation(), conditions(history))
                    : Plan.act(
                            new Step.Check(run.fingerprint(), run.definition()),
                            Phase.RUNNING,
                            jail.generation(),
                            conditions(history));
        }
        if (!fits || history.stopAskedAt().isPresent()) {
            return stopping(jail.generation(), run.definition().stop(), run.restartReason(jail, now), history, now);
        }
        if (jail.generation() == run.generation()) {
            return running(run, jail, state, now);
        }
        if (blocked(history, now)) {
            return Plan.waitUntil(retryAt(history), Phase.RUNNING, jail.generation(), conditions(history));
        }
        return Plan.act(
                new Step.Confirm(run.generation(), run.files().customer(), run.definition()),
                Phase.RUNNING,
                jail.generation(),
                conditions(history));
    }

    /**
     * Returns whether the jail runs on until the host was found to be able to start its next definition. A jail whose override has expired
     * is stopped in any case: what is no longer allowed must not stay.
     */
    private static boolean mustBeChecked(Goal.Run run, ObservedJail jail, JailHistory history) {
        return history.stopAskedAt().isEmpty()
                && jail.generation() != run.generation()
                && !history.isChecked(run.fingerprint());
    }

    /**
     * Plans for a jail that runs its definition. The end of an earlier init, also by a kill, is reported until this
     * one is stable.
     */
    private static Plan running(Goal.Run run, ObservedJail jail, JailState state, Instant now) {
        Instant stableAt = jail.startedAt().plus(Backoff.STABLE);
        JailHistory history = state.history();
        boolean isStable = history.lastFailure().isEmpty() && history.killed().isEmpty() || !now.isBefore(stableAt);
        List<Condition> conditions = new ArrayList<>(isStable ? List.of() : conditions(state));
        history.killed().filter(_ -> !isStable).ifPresent(conditions::add);
        state.upkeep().condition().ifPresent(conditions::add);
        if (state.upkeep().isDue(now)) {
            return Plan.act(new Step.Mend(run.definition()), Phase.RUNNING, run.generation(), conditions);
        }
        if (run.definition().restarts().mode() == RestartPolicy.Mode.NEVER) {
            Optional<Step> record = recording(run, history.runs(), now);
            if (record.isPresent()) {
                return blocked(history, now)
                        ? Plan.waitUntil(retryAt(history), Phase.RUNNING, run.generation(), conditions)
                        : Plan.act(record.get(), Phase.RUNNING, run.generation(), conditions);
            }
        }
        Plan plan = isStable
                ? Plan.rest(Phase.RUNNING, run.generation(), conditions)
                : Plan.waitUntil(stableAt, Phase.RUNNING, run.generation(), conditions);
        return state.upkeep().lookAgainAt().map(plan::noLaterThan).orElse(plan);
    }

    private static Plan towardsStopped(Goal.Stop stop, JailState state, Instant now) {
        if (state.isRunning()) {
            return stopping(stop.generation(), stop.method(), Optional.empty(), state.history(), now);
        }
        if (state.observed().isPresent()) {
            return unlessBlocked(new Step.Release(), stop.generation(), state.history(), now);
        }
        if (!state.history().runs().isNothing()) {
            return unlessBlocked(new Step.ForgetEnd(), stop.generation(), state.history(), now);
        }
        return Plan.rest(
                Phase.STOPPED,
                stop.generation(),
                state.history().killed().stream().toList());
    }

    private static Plan towardsRemoved(Goal.Remove remove, JailState state, Instant now) {
        JailHistory history = state.history();
        if (state.isRunning()) {
            return stopping(remove.generation(), remove.stop(), Optional.empty(), history, now);
        }
        if (state.observed().isPresent() || history.cleanup() == Cleanup.NONE) {
            return unlessBlocked(new Step.Release(), remove.generation(), history, now);
        }
        if (!history.runs().isNothing()) {
            return unlessBlocked(new Step.ForgetEnd(), remove.generation(), history, now);
        }
        boolean kept = history.cleanup() == Cleanup.FILES_KEPT;
        if (history.cleanup() == Cleanup.FILES_DELETED || (kept && remove.files() == FilesFate.KEPT)) {
            return Plan.rest(Phase.REMOVED, remove.generation(), List.of());
        }
        if (!kept && (remove.files() == FilesFate.KEPT || remove.pathNeededBy().isPresent())) {
            return unlessBlocked(new Step.KeepFiles(remove.owner()), remove.generation(), history, now);
        }
        if (remove.pathNeededBy().isPresent()) {
            String message = "the files at " + remove.path() + " stay because jail "
                    + remove.pathNeededBy().get() + " uses them";
            return Plan.rest(Phase.REMOVED, remove.generation(), List.of(new Condition("FilesKept", message, now)));
        }
        return unlessBlocked(new Step.DeleteFiles(remove.path(), remove.base()), remove.generation(), history, now);
    }

    /** Leaves a running jail as it is. Releases the cgroup, link and pipe of a jail that has ended; its files and ids stay. */
    private static Plan leave(JailState state, Instant now) {
        if (state.observed().isEmpty()) {
            return Plan.rest(Phase.REMOVED, 0, List.of());
        }
        long generation = state.observed().get().generation();
        if (!state.isRunning()) {
            return unlessBlocked(new Step.Release(), generation, state.history(), now);
        }
        Condition unknown = new Condition(
                Condition.UNKNOWN_JAIL,
                "runs on this host although no desired state names it; it is left running",
                now);
        return Plan.rest(Phase.RUNNING, generation, List.of(unknown));
    }

    /** @param method the deadline follows it even if it has changed since the init was asked */
    private static Plan stopping(
            long generation, StopMethod method, Optional<Condition> why, JailHistory history, Instant now) {
        List<Condition> conditions =
                blocked(history, now) ? conditions(history) : why.stream().toList();
        if (blocked(history, now)) {
            return Plan.waitUntil(retryAt(history), Phase.STOPPING, generation, conditions);
        }
        if (history.stopAskedAt().isEmpty()) {
            return Plan.act(new Step.Terminate(method.signal()), Phase.STOPPING, generation, conditions);
        }
        Instant killAt = history.killedAt()
                .map(killed -> killed.plus(KILL_AGAIN))
                .orElseGet(() -> history.stopAskedAt().get().plus(method.timeout()));
        boolean couldNotAsk = history.lastFailure()
                .filter(t -> t.kind() == LastFailure.Kind.FAILED)
                .isPresent();
        if (couldNotAsk && history.killedAt().isEmpty() && now.isBefore(killAt)) {
            return Plan.act(new Step.Terminate(method.signal()), Phase.STOPPING, generation, conditions(history));
        }
        if (now.isBefore(killAt)) {
            return Plan.waitUntil(killAt, Phase.STOPPING, generation, conditions);
        }
        return Plan.act(new Step.Kill(method), Phase.STOPPING, generation, conditions);
    }

    private static Plan unlessBlocked(Step step, long generation, JailHistory history, Instant now) {
        return blocked(history, now)
                ? Plan.waitUntil(retryAt(history), Phase.STOPPING, generation, conditions(history))
                : Plan.act(step, Phase.STOPPING, generation, conditions(history));
    }

    private static boolean blocked(JailHistory history, Instant now) {
        return history.lastFailure().filter(t -> t.blocks(now)).isPresent();
    }

    private static Instant retryAt(JailHistory history) {
        return history.lastFailure().orElseThrow().retryAt();
    }

    private static List<Condition> conditions(JailState state) {
        return conditions(state.history());
    }

    private static List<Condition> conditions(JailHistory history) {
        return history.lastFailure().map(LastFailure::conditions).orElse(List.of());
    }
}
