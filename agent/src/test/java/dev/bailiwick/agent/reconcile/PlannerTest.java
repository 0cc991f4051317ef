package dev.bailiwick.agent.reconcile;

import static dev.bailiwick.agent.reconcile.Definitions.definition;
import static dev.bailiwick.agent.reconcile.Definitions.id;
import static dev.bailiwick.agent.reconcile.Definitions.kept;
import static dev.bailiwick.agent.reconcile.Definitions.removed;
import static dev.bailiwick.agent.reconcile.Definitions.stopped;
import static dev.bailiwick.agent.reconcile.Definitions.withHostname;
import static dev.bailiwick.agent.reconcile.Definitions.withName;
import static dev.bailiwick.agent.reconcile.Definitions.withOverride;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.bailiwick.agent.kernel.FilesClaim;
import dev.bailiwick.agent.kernel.JailEnd.Ending;
import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.agent.kernel.ObservedJail;
import dev.bailiwick.agent.reconcile.plan.Fingerprint;
import dev.bailiwick.agent.reconcile.plan.Goal;
import dev.bailiwick.agent.reconcile.plan.JailHistory;
import dev.bailiwick.agent.reconcile.plan.JailState;
import dev.bailiwick.agent.reconcile.plan.Plan;
import dev.bailiwick.agent.reconcile.plan.Planner;
import dev.bailiwick.agent.reconcile.plan.Step;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.Limit;
import dev.bailiwick.jail.Limits;
import dev.bailiwick.jail.desired.DesiredJail;
import dev.bailiwick.jail.desired.DesiredJail.FilesFate;
import dev.bailiwick.jail.process.StopMethod;
import dev.bailiwick.jail.process.StopSignal;
import dev.bailiwick.jail.report.Condition;
import dev.bailiwick.jail.report.Phase;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PlannerTest {

    private static final Instant NOW = Instant.parse("2026-11-01T12:00:00Z");
    private static final JailHistory FRESH = JailHistory.NONE;
    private static final JailHistory ASKED = askedToStop(NOW.minusSeconds(3));
    private static final JailHistory OVERDUE = askedToStop(NOW.minusSeconds(10));
    private static final JailHistory JUST_KILLED = OVERDUE.killed(StopMethod.DEFAULT, NOW, NOW);
    private static final JailHistory KILLED_IN_VAIN =
            OVERDUE.killed(StopMethod.DEFAULT, NOW.minusSeconds(5), NOW.minusSeconds(5));
    private static final JailHistory RELEASED = FRESH.released(NOW, NOW);
    private static final JailHistory ENDED_ONCE = ended(FRESH);
    private static final JailHistory ENDED_TWICE = ended(ENDED_ONCE);
    private static final JailHistory REBOOTED =
            FRESH.ended(Optional.of(new Ending.Rebooted()), 2, Duration.ofMinutes(3), NOW);
    private static final JailHistory HALTED =
            FRESH.ended(Optional.of(new Ending.Halted()), 2, Duration.ofMinutes(3), NOW);
    private static final JailHistory FAILED = FRESH.failed(KernelRefusal.transientFailure("CgroupBusy", "x"), NOW);
    private static final JailHistory HALTED_AS_ASKED =
            ASKED.ended(Optional.of(new Ending.Halted()), 2, Duration.ofMinutes(3), NOW);
    private static final JailHistory REFUSED = FRESH.refused(KernelRefusal.permanent("PathLeavesBase", "x"), NOW);

    private static JailHistory askedToStop(Instant when) {
        return FRESH.askedToStop(when, when, when);
    }

    private static JailHistory ended(JailHistory history) {
        return history.ended(Optional.of(new Ending.Exited(1)), 2, Duration.ofSeconds(2), NOW);
    }

    static Stream<Arguments> table() {
        JailDefinition defined = definition(1);
        DesiredJail run = kept(1, 2, defined);
        DesiredJail renamed = kept(1, 3, withName(defined, "other"));
        DesiredJail moved = new DesiredJail.Present(id(1), 3, defined, "berta");
        JailDefinition limited = defined.with(Limits.NONE.with(Limit.TMP, 1L << 30));
        DesiredJail changed = kept(1, 3, withHostname(defined, "other"));
        DesiredJail stop = stopped(1, 3);
        DesiredJail keepFiles = removed(1, 4, FilesFate.KEPT);
        DesiredJail deleteFiles = removed(1, 4, FilesFate.DELETED);
        Step start = new Step.Start(2, Fingerprint.of(defined), defined, FilesClaim.OF_NOBODY);
        Step delete = new Step.DeleteFiles(defined.path(), defined.base());
        Step terminate = new Step.Terminate(StopSignal.TERM);
        Step kill = new Step.Kill(StopMethod.DEFAULT);
        Step release = new Step.Release();
        JailDefinition other = withHostname(defined, "other");
        Step check = new Step.Check(Fingerprint.of(other), other);
        JailHistory checked = FRESH.checked(Fingerprint.of(other));
        Instant none = Instant.MAX;
        return Stream.of(
                // the desired state, the observed state, the history; the expected step, phase, and time of the next
                // look
                arguments("new", run, nothing(), FRESH, start, Phase.STARTING, none),
                arguments("remains", run, remains(), FRESH, release, Phase.STARTING, none),
                arguments("as wanted", run, running(), FRESH, null, Phase.RUNNING, none),
                arguments(
                        "renamed",
                        renamed,
                        running(),
                        FRESH,
                        new Step.Confirm(3, "", withName(defined, "other")),
                        Phase.RUNNING,
                        none),
                arguments(
                        "limited",
                        kept(1, 3, limited),
                        running(),
                        FRESH,
                        new Step.Confirm(3, "", limited),
                        Phase.RUNNING,
                        none),
                arguments("moved", moved, running(), FRESH, new Step.Confirm(3, "berta", defined), Phase.RUNNING, none),
                arguments("changed", changed, running(), FRESH, check, Phase.RUNNING, none),
                arguments("changed, possible", changed, running(), checked, terminate, Phase.STOPPING, none),
                arguments("changed, refused", changed, running(), REFUSED, null, Phase.RUNNING, NOW.plusSeconds(300)),
                arguments("changed again", changed, running(), FRESH.checked("other"), check, Phase.RUNNING, none),
                arguments("changed, asked", changed, running(), ASKED, null, Phase.STOPPING, NOW.plusSeconds(7)),
                arguments("changed, overdue", changed, running(), OVERDUE, kill, Phase.STOPPING, none),
                arguments(
                        "wanted again while stopping", run, running(), ASKED, null, Phase.STOPPING, NOW.plusSeconds(7)),
                arguments("ended once", run, remains(), ENDED_ONCE, release, Phase.STARTING, none),
                arguments("ended once, released", run, nothing(), ENDED_ONCE, start, Phase.STARTING, none),
                arguments("ended twice", run, remains(), ENDED_TWICE, release, Phase.BACKING_OFF, none),
                arguments("waits", run, nothing(), ENDED_TWICE, null, Phase.BACKING_OFF, NOW.plusSeconds(1)),
                arguments("rebooted", run, remains(), REBOOTED, release, Phase.STARTING, none),
                arguments("rebooted, released", run, nothing(), REBOOTED, start, Phase.STARTING, none),
                arguments("halted", run, remains(), HALTED, release, Phase.STOPPING, none),
                arguments("halted, released", run, nothing(), HALTED.released(NOW, NOW), null, Phase.STOPPED, none),
                arguments(
                        "halted, wanted again",
                        renamed,
                        nothing(),
                        HALTED.released(NOW, NOW),
                        new Step.Start(3, Fingerprint.of(defined), withName(defined, "other"), FilesClaim.OF_NOBODY),
                        Phase.STARTING,
                        none),
                arguments(
                        "halted, then stopped", stop, nothing(), HALTED.released(NOW, NOW), null, Phase.STOPPED, none),
                arguments(
                        "halted while asked to stop", stop, remains(), HALTED_AS_ASKED, release, Phase.STOPPING, none),
                arguments("failed", run, nothing(), FAILED, null, Phase.REFUSED, NOW.plusSeconds(1)),
                arguments("failed to release", run, remains(), FAILED, null, Phase.REFUSED, NOW.plusSeconds(1)),
                arguments("refused", run, nothing(), REFUSED, null, Phase.REFUSED, NOW.plusSeconds(300)),
                arguments("stop nothing", stop, nothing(), FRESH, null, Phase.STOPPED, none),
                arguments("stop remains", stop, remains(), FRESH, release, Phase.STOPPING, none),
                arguments("stop", stop, running(), FRESH, terminate, Phase.STOPPING, none),
                arguments("stop, asked", stop, running(), ASKED, null, Phase.STOPPING, NOW.plusSeconds(7)),
                arguments("stop, overdue", stop, running(), OVERDUE, kill, Phase.STOPPING, none),
                arguments("stop, killed", stop, running(), JUST_KILLED, null, Phase.STOPPING, NOW.plusSeconds(5)),
                arguments("stop, killed in vain", stop, running(), KILLED_IN_VAIN, kill, Phase.STOPPING, none),
                arguments("stop failed", stop, running(), FAILED, null, Phase.STOPPING, NOW.plusSeconds(1)),
                arguments("remove running", keepFiles, running(), FRESH, terminate, Phase.STOPPING, none),
                arguments("remove nothing", keepFiles, nothing(), FRESH, release, Phase.STOPPING, none),
                arguments("remove remains", keepFiles, remains(), RELEASED, release, Phase.STOPPING, none),
                arguments("keep", keepFiles, nothing(), RELEASED, new Step.KeepFiles(""), Phase.STOPPING, none),
                arguments("kept", keepFiles, nothing(), RELEASED.filesKept(), null, Phase.REMOVED, none),
                arguments(
                        "kept, then to be deleted",
                        deleteFiles,
                        nothing(),
                        RELEASED.filesKept(),
                        delete,
                        Phase.STOPPING,
                        none),
                arguments("delete", deleteFiles, nothing(), RELEASED, delete, Phase.STOPPING, none),
                arguments("deleted", deleteFiles, nothing(), RELEASED.filesDeleted(), null, Phase.REMOVED, none));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("table")
    void plansTheNextStep(
            String name,
            DesiredJail desired,
            Optional<ObservedJail> observed,
            JailHistory history,
            Step step,
            Phase phase,
            Instant wakeAt) {
        Plan plan = Planner.plan(Goal.of(desired, NOW, Optional.empty()), new JailState(observed, history), NOW);

        assertThat(plan.step()).isEqualTo(Optional.ofNullable(step));
        assertThat(plan.phase()).isEqualTo(phase);
        assertThat(plan.wakeAt().orElse(Instant.MAX)).isEqualTo(wakeAt);
    }

    @Test
    void leavesAloneWhatNobodyNamed() {
        Plan plan = Planner.plan(new Goal.Leave(), new JailState(running(), FRESH), NOW);

        assertThat(plan.step()).isEmpty();
        assertThat(plan.phase()).isEqualTo(Phase.RUNNING);
        assertThat(reasons(plan)).containsExactly("UnknownJail");
    }

    @Test
    void saysWhyItRestarts() {
        JailDefinition changed = withHostname(definition(1), "other");
        Plan plan = restarting(changed);

        assertThat(plan.generation()).as("the generation that still runs").isEqualTo(2);
        assertThat(reasons(plan)).containsExactly("DefinitionChanged");
        assertThat(reasons(restarting(definition(1).withIncarnation(1)))).containsExactly("RestartRequested");
    }

    private static Plan restarting(JailDefinition wanted) {
        return Planner.plan(
                Goal.of(kept(1, 3, wanted), NOW, Optional.empty()),
                new JailState(running(), FRESH.checked(Fingerprint.of(wanted))),
                NOW);
    }

    @Test
    void looksAgainWhenAnOverrideExpires() {
        Instant until = NOW.plusSeconds(90);
        JailDefinition defined = withOverride(definition(1), "debugging", Optional.of(until));
        ObservedJail jail = new ObservedJail(id(1), 2, Fingerprint.of(defined), OptionalInt.of(7), NOW);

        Plan plan = Planner.plan(
                Goal.of(kept(1, 2, defined), NOW, Optional.empty()), new JailState(Optional.of(jail), FRESH), NOW);
        Plan after = Planner.plan(
                Goal.of(kept(1, 2, defined), until, Optional.empty()), new JailState(Optional.of(jail), FRESH), until);

        assertThat(plan.wakeAt()).contains(until);
        assertThat(after.step()).contains(new Step.Terminate(StopSignal.TERM));
        assertThat(reasons(after)).containsExactly("OverrideExpired");
    }

    @Test
    void keepsFilesThatAnotherJailUses() {
        Goal goal = Goal.of(removed(1, 4, FilesFate.DELETED), NOW, Optional.of(id(2)));

        assertThat(Planner.plan(goal, new JailState(Optional.empty(), RELEASED), NOW)
                        .step())
                .hasValue(new Step.KeepFiles(""));
        Plan plan = Planner.plan(goal, new JailState(Optional.empty(), RELEASED.filesKept()), NOW);

        assertThat(plan.step()).isEmpty();
        assertThat(plan.phase()).isEqualTo(Phase.REMOVED);
        assertThat(reasons(plan)).containsExactly("FilesKept");
    }

    @Test
    void waitsForADeletionAtItsPath() {
        Plan plan = Planner.plan(Goal.of(kept(1), NOW, Optional.of(id(2))), JailState.NOTHING, NOW);

        assertThat(plan.step()).isEmpty();
        assertThat(plan.phase()).isEqualTo(Phase.PENDING);
        assertThat(reasons(plan)).containsExactly("PathInUse");
    }

    private static Optional<ObservedJail> nothing() {
        return Optional.empty();
    }

    private static Optional<ObservedJail> running() {
        return Optional.of(
                new ObservedJail(id(1), 2, Fingerprint.of(definition(1)), OptionalInt.of(7), NOW.minusSeconds(60)));
    }

    private static Optional<ObservedJail> remains() {
        return Optional.of(
                new ObservedJail(id(1), 2, Fingerprint.of(definition(1)), OptionalInt.empty(), NOW.minusSeconds(60)));
    }

    private static List<String> reasons(Plan plan) {
        return plan.conditions().stream().map(Condition::reason).toList();
    }
}
