package dev.bailiwick.agent.reconcile;

import dev.bailiwick.agent.kernel.EndEvidence;
import dev.bailiwick.agent.kernel.HostFloor;
import dev.bailiwick.agent.kernel.JailKernel;
import dev.bailiwick.agent.kernel.JailLifecycle;
import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.agent.kernel.ObservedJail;
import dev.bailiwick.agent.reconcile.plan.EndedRun;
import dev.bailiwick.agent.reconcile.plan.Goal;
import dev.bailiwick.agent.reconcile.plan.JailHistory;
import dev.bailiwick.agent.reconcile.plan.JailState;
import dev.bailiwick.agent.reconcile.plan.Runs;
import dev.bailiwick.agent.reconcile.plan.Step;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.process.StopMethod;
import dev.bailiwick.jail.report.StepTiming;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Does one step, and returns the jail's state after it. */
final class StepRunner {

    private static final Logger log = LoggerFactory.getLogger(StepRunner.class);

    private final JailKernel kernel;
    private final HostFloor floor;
    private final EndedRuns endedRuns;
    private final LastEnds lastEnds;
    private final Clock clock;

    StepRunner(JailKernel kernel, HostFloor floor, EndedRuns endedRuns, LastEnds lastEnds, Clock clock) {
        this.kernel = kernel;
        this.floor = floor;
        this.endedRuns = endedRuns;
        this.lastEnds = lastEnds;
        this.clock = clock;
    }

    /**
     * Does one step. It throws no exception if the step fails: the failure goes into the returned state and becomes a condition.
     *
     * @param goal the {@link Goal#identity} that the step serves
     * @param waited how long the change has waited for its first step; reported as the step "queue"
     */
    JailState run(JailId jail, String goal, Step step, JailState state, Duration waited) {
        Instant began = clock.instant();
        try {
            JailState after = perform(jail, step, state, waited);
            JailHistory history = after.history().afterSuccess();
            if (isAfterAnEnd(step)) {
                record(jail, LastEnd.of(goal, history));
            }
            return after.remembering(history);
        } catch (KernelRefusal refusal) {
            log.atWarn().addKeyValue("reason", refusal.reason()).log("{} failed: {}", name(step), refusal.detail());
            return after(step, refusal, state, began, waited);
        } catch (RuntimeException fault) {
            log.error("{} failed because of a fault of the agent", name(step), fault);
            KernelRefusal refusal = KernelRefusal.transientFailure("AgentFault", name(step) + ": " + fault);
            return after(step, refusal, state, began, waited);
        }
    }

    /** Returns the state after a failed step. A failed {@link Step.Mend} delays no other step. */
    private JailState after(Step step, KernelRefusal refusal, JailState state, Instant began, Duration waited) {
        if (step instanceof Step.Mend) {
            return state.keptUp(state.upkeep().failed(refusal, clock.instant()));
        }
        JailHistory history = remember(step, refusal, state.history());
        return state.remembering(
                step instanceof Step.Start ? history.tried(began, afterWaiting(waited, refusal.steps())) : history);
    }

    private JailState perform(JailId jail, Step step, JailState state, Duration waited) {
        JailHistory history = state.history();
        Instant began = clock.instant();
        return switch (step) {
            case Step.Start(long generation, var fingerprint, var definition, var files) -> {
                floor.require(definition);
                JailLifecycle.Started started = kernel.start(jail, generation, fingerprint, definition, files);
                log.atInfo()
                        .addKeyValue("pid", started.jail().initPid().orElse(0))
                        .log("started {}", definition.name());
                yield new JailState(
                        Optional.of(started.jail()),
                        history.with(history.runs().started(fingerprint))
                                .started(began, afterWaiting(waited, started.steps())));
            }
            case Step.Confirm(long generation, String owner, var definition) -> {
                kernel.adjust(jail, definition);
                kernel.confirm(jail, generation, owner);
                log.info("already runs as this generation defines; no restart");
                yield state.showing(state.observed().map(observed -> confirmed(observed, generation)));
            }
            case Step.Mend(var definition) -> {
                List<String> mended = kernel.mend(jail, definition);
                if (!mended.isEmpty()) {
                    log.warn("restored what was gone: {}", String.join(", ", mended));
                }
                yield state.keptUp(state.upkeep().mended(mended, clock.instant()));
            }
            case Step.Check(String fingerprint, var definition) -> {
                check(jail, definition);
                yield state.remembering(history.checked(fingerprint));
            }
            case Step.Terminate(var signal) -> {
                kernel.terminate(jail, signal);
                log.info("asked to stop, with {}", kernel.sent(jail, signal));
                yield state.remembering(history.askedToStop(began.minus(waited), began, clock.instant()));
            }
            case Step.Kill(var method) -> {
                StopMethod used = new StopMethod(kernel.sent(jail, method.signal()), method.timeoutSeconds());
                kernel.kill(jail);
                log.info("killed: did not end within {} s of {}", used.timeoutSeconds(), used.signal());
                yield state.remembering(history.killed(used, began, clock.instant()));
            }
            case Step.Release() -> {
                JailHistory explained = explain(jail, history);
                kernel.release(jail);
                log.info("released what was left in the kernel");
                yield new JailState(Optional.empty(), explained.released(began, clock.instant()));
            }
            case Step.RecordEnd(EndedRun run) -> {
                store(() -> endedRuns.put(jail, run));
                yield state.remembering(history.recorded(run));
            }
            case Step.ForgetEnd() -> {
                store(() -> endedRuns.remove(jail));
                yield state.remembering(history.with(Runs.NONE));
            }
            case Step.KeepFiles(String owner) -> {
                kernel.keepFiles(jail, owner);
                log.info("keeps its files");
                yield state.remembering(history.filesKept());
            }
            case Step.DeleteFiles(var path, var base) -> {
                kernel.deleteFiles(jail, path, base);
                log.atInfo().addKeyValue("path", path).log("deleted its files");
                yield state.remembering(history.filesDeleted());
            }
        };
    }

    private void check(JailId jail, JailDefinition definition) {
        try {
            floor.require(definition);
            kernel.check(jail, definition);
        } catch (KernelRefusal refusal) {
            throw refusal.saying("the jail keeps running as before");
        }
    }

    /** Returns whether the step changes what must be remembered of an end. A start changes nothing of it, and so costs nothing. */
    private static boolean isAfterAnEnd(Step step) {
        return switch (step) {
            case Step.Kill _,
                    Step.Release _,
                    Step.RecordEnd _,
                    Step.ForgetEnd _,
                    Step.KeepFiles _,
                    Step.DeleteFiles _ -> true;
            case Step.Start _, Step.Confirm _, Step.Mend _, Step.Check _, Step.Terminate _ -> false;
        };
    }

    /** Records the end of a jail. If that fails, it is remembered as long as this agent runs: a stop does not wait for a full disk. */
    private void record(JailId jail, Optional<LastEnd> end) {
        if (end.equals(lastEnds.find(jail))) {
            return;
        }
        try {
            end.ifPresentOrElse(known -> lastEnds.put(jail, known), () -> lastEnds.remove(jail));
        } catch (UncheckedIOException e) {
            log.warn("the next agent will not know how the jail ended: {}", e.getMessage());
        }
    }

    private static void store(Runnable write) {
        try {
            write.run();
        } catch (UncheckedIOException e) {
            throw KernelRefusal.transientFailure(
                    "EndNotRecorded", "whether the jail may be started again cannot be recorded: " + e.getMessage());
        }
    }

    /** Looks for the cause of an end, as long as something of the jail is left. The release of the jail does not wait for it. */
    private JailHistory explain(JailId jail, JailHistory history) {
        return history.unexplainedEnd()
                .map(end -> history.explained(end.explain(evidence(jail), clock.instant())))
                .orElse(history);
    }

    private EndEvidence evidence(JailId jail) {
        try {
            return kernel.evidence(jail);
        } catch (UncheckedIOException e) {
            log.warn("nothing is known of why it ended: {}", e.getMessage());
            return EndEvidence.NONE;
        }
    }

    private static List<StepTiming> afterWaiting(Duration waited, List<StepTiming> steps) {
        long micros = waited.toNanos() / 1_000;
        if (micros <= 0) {
            return steps;
        }
        List<StepTiming> all = new ArrayList<>();
        all.add(new StepTiming("queue", 0, micros));
        steps.forEach(step -> all.add(new StepTiming(step.name(), micros + step.startMicros(), step.durationMicros())));
        return all;
    }

    private static ObservedJail confirmed(ObservedJail jail, long generation) {
        return new ObservedJail(jail.id(), generation, jail.fingerprint(), jail.initPid(), jail.startedAt());
    }

    /** Only the failure of a start, its check, or a deletion can be permanent; every other step is tried again soon. */
    private JailHistory remember(Step step, KernelRefusal refusal, JailHistory history) {
        return switch (step) {
            case Step.Start _, Step.Check _, Step.DeleteFiles _ ->
                refusal.isPermanent()
                        ? history.refused(refusal, clock.instant())
                        : history.failed(refusal, clock.instant());
            case Step.Terminate _ -> history.failed(refusal, clock.instant()).couldNotBeAsked(clock.instant());
            case Step.Confirm _,
                    Step.Mend _,
                    Step.Kill _,
                    Step.Release _,
                    Step.RecordEnd _,
                    Step.ForgetEnd _,
                    Step.KeepFiles _ -> history.failed(refusal, clock.instant());
        };
    }

    private static String name(Step step) {
        return switch (step) {
            case Step.Start _ -> "start";
            case Step.Confirm _ -> "confirm";
            case Step.Mend _ -> "mend";
            case Step.Check _ -> "check";
            case Step.Terminate _ -> "terminate";
            case Step.Kill _ -> "kill";
            case Step.Release _ -> "release";
            case Step.RecordEnd _ -> "record end";
            case Step.ForgetEnd _ -> "forget end";
            case Step.KeepFiles _ -> "keep files";
            case Step.DeleteFiles _ -> "delete files";
        };
    }
}
