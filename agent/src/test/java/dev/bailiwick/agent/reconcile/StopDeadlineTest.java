package dev.bailiwick.agent.reconcile;

import static dev.bailiwick.agent.reconcile.Definitions.definition;
import static dev.bailiwick.agent.reconcile.Definitions.id;
import static dev.bailiwick.agent.reconcile.Definitions.kept;
import static dev.bailiwick.agent.reconcile.Definitions.removed;
import static dev.bailiwick.agent.reconcile.Definitions.state;
import static dev.bailiwick.agent.reconcile.Definitions.stopped;
import static dev.bailiwick.agent.reconcile.Definitions.withHostname;
import static dev.bailiwick.agent.reconcile.Definitions.withOverride;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.kernel.JailEnd.Ending;
import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.WantedState;
import dev.bailiwick.jail.desired.DesiredJail;
import dev.bailiwick.jail.desired.DesiredJail.FilesFate;
import dev.bailiwick.jail.desired.DesiredState;
import dev.bailiwick.jail.process.StopMethod;
import dev.bailiwick.jail.process.StopSignal;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.jail.report.StepTiming;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class StopDeadlineTest {

    private final SimulatedHost host = SimulatedHost.startedWith(state(1, kept(1)));

    @Test
    void neverKillsAnInitThatEndsWhenAsked() {
        host.accept(state(2, stopped(1, 2)));

        assertThat(host.calls(id(1))).containsExactly("start", "terminate", "release");
        assertThat(host.last(id(1)).phase()).isEqualTo(Phase.STOPPED);
        assertThat(host.last(id(1)).restarts()).isZero();
    }

    @Test
    void killsAnInitThatDoesNotEndInTime() {
        host.kernel.ignoreTerminate(id(1));
        host.accept(state(2, stopped(1, 2)));

        host.pass(Duration.ofMillis(9_999));
        assertThat(host.last(id(1)).phase()).isEqualTo(Phase.STOPPING);
        assertThat(host.calls(id(1))).containsExactly("start", "terminate");
        host.pass(Duration.ofMillis(1));

        assertThat(host.calls(id(1))).containsExactly("start", "terminate", "kill", "release");
        assertThat(host.last(id(1)).phase()).isEqualTo(Phase.STOPPED);
    }

    @Test
    void tellsTheStepsOfAStopAndNotThoseOfTheStartBefore() {
        host.kernel.ignoreTerminate(id(1));
        host.accept(state(2, stopped(1, 2)));
        assertThat(host.last(id(1)).steps()).extracting("name").containsExactly("queue", "terminate");
        host.pass(Duration.ofSeconds(10));

        List<StepTiming> steps = host.last(id(1)).steps();
        assertThat(steps)
                .extracting("name")
                .containsExactly("queue", "terminate", "await end", "kill", "await end", "queue", "release");
        assertThat(steps.get(2).durationMicros()).isEqualTo(10_000_000);
        assertThat(steps.get(3).startMicros()).isEqualTo(10_000_000);

        host.accept(state(3, removed(1, 3, FilesFate.KEPT)));
        assertThat(host.last(id(1)).steps()).as("there was nothing to stop").isEqualTo(steps);
    }

    @Test
    void tellsTheStepsOfARestartFromTheStopOn() {
        host.kernel.ignoreTerminate(id(1));
        host.accept(state(2, kept(1, 2, withOverride(definition(1), "why", Optional.empty()))));
        host.pass(Duration.ofSeconds(10));

        List<StepTiming> steps = host.last(id(1)).steps();
        assertThat(host.last(id(1)).phase()).isEqualTo(Phase.RUNNING);
        assertThat(steps)
                .extracting("name")
                .startsWith("queue", "terminate", "await end", "kill", "await end", "queue", "release", "queue")
                .endsWith("clone3", "exec");
        assertThat(steps.getLast().startMicros()).isGreaterThanOrEqualTo(10_000_000);

        host.kernel.end(id(1), new Ending.Exited(1));
        host.workers.work();
        assertThat(host.last(id(1)).steps())
                .as("a start after a crash is a separate change")
                .extracting("name")
                .containsExactly("clone3", "exec");
    }

    @Test
    void tellsTheStepsOfAStartWithoutThoseOfAStopThatWasWantedForItself() {
        host.accept(state(2, stopped(1, 2)));
        host.pass(Duration.ofSeconds(10));

        host.accept(state(3, kept(1, 3, definition(1))));

        assertThat(host.last(id(1)).phase()).isEqualTo(Phase.RUNNING);
        assertThat(host.last(id(1)).steps()).extracting("name").containsExactly("clone3", "exec");
    }

    @Test
    void killsAnInitThatCanNotBeAsked() {
        host.kernel.refuseTerminate(id(1), KernelRefusal.transientFailure("AgentFault", "terminate: no such luck"));
        host.accept(state(2, stopped(1, 2)));

        for (int second = 0; second < 20; second++) {
            host.pass(Duration.ofSeconds(1));
        }

        assertThat(host.calls(id(1)))
                .startsWith("start", "terminate", "terminate")
                .endsWith("kill", "release");
        assertThat(host.last(id(1)).phase()).isEqualTo(Phase.STOPPED);
        assertThat(host.last(id(1)).steps())
                .extracting("name")
                .containsExactly("await end", "kill", "await end", "queue", "release");
    }

    @Test
    void stopsRestartsAndRemovesAsTheDefinitionSays() {
        JailDefinition defined = definition(1).with(new StopMethod(StopSignal.QUIT, 60));
        host.accept(state(2, kept(1, 2, defined)));
        assertThat(host.calls(id(1))).as("restarts nothing").containsExactly("start", "adjust", "confirm");
        host.kernel.ignoreTerminate(id(1));
        host.accept(state(3, kept(1, 3, withHostname(defined, "other").with(defined.stop()))));

        host.pass(Duration.ofMillis(59_999));
        assertThat(host.last(id(1)).phase()).isEqualTo(Phase.STOPPING);
        host.pass(Duration.ofMillis(1));
        assertThat(host.last(id(1)).phase()).isEqualTo(Phase.RUNNING);
        assertThat(host.last(id(1)).generation()).isEqualTo(3);

        host.accept(state(
                4,
                new DesiredJail.Removed(
                        id(1),
                        4,
                        defined.path(),
                        defined.base(),
                        FilesFate.KEPT,
                        "",
                        new StopMethod(StopSignal.INT, 2))));
        host.pass(Duration.ofSeconds(2));
        assertThat(host.last(id(1)).phase()).isEqualTo(Phase.REMOVED);
        assertThat(host.kernel.signals()).containsExactly(StopSignal.QUIT, StopSignal.INT);
    }

    @Test
    void stopsAJailThatAnEarlierAgentStartedAsItsDefinitionSays() {
        StopMethod method = new StopMethod(StopSignal.QUIT, 3);
        host.killAgent();
        host.startNextAgent(state(2, kept(1, 2, definition(1).with(method))));
        host.kernel.ignoreTerminate(id(1));

        host.accept(state(3, kept(1, 3, definition(1).with(method).withWanted(WantedState.STOPPED))));
        host.pass(Duration.ofSeconds(3));

        assertThat(host.last(id(1)).phase()).isEqualTo(Phase.STOPPED);
        assertThat(host.kernel.signals()).containsExactly(StopSignal.QUIT);
    }

    /** Somebody sees that the database needs longer, or that nothing more is to be waited for. */
    @Test
    void followsAnotherTimeoutAlsoWhileItStops() {
        host.kernel.ignoreTerminate(id(1));
        host.accept(state(2, stopped(1, 2)));
        host.pass(Duration.ofSeconds(5));

        JailDefinition patient = definition(1).with(new StopMethod(StopSignal.TERM, 60));
        host.accept(state(3, kept(1, 3, patient.withWanted(WantedState.STOPPED))));
        host.pass(Duration.ofSeconds(54));
        assertThat(host.last(id(1)).phase()).isEqualTo(Phase.STOPPING);
        host.pass(Duration.ofSeconds(1));

        assertThat(host.last(id(1)).phase()).isEqualTo(Phase.STOPPED);
        assertThat(host.calls(id(1))).containsExactly("start", "terminate", "kill", "release");
    }

    @Test
    void saysThatAStoppedJailWasKilledUntilItIsStarted() {
        host.kernel.ignoreTerminate(id(1));
        host.accept(state(2, stopped(1, 2)));
        host.pass(Duration.ofSeconds(10));

        assertThat(host.last(id(1)).phase()).isEqualTo(Phase.STOPPED);
        assertThat(host.reasons(id(1))).containsExactly("KilledAtDeadline");
        assertThat(host.last(id(1)).conditions().getFirst().message())
                .startsWith("did not end within 10 s of SIGTERM and was killed")
                .contains("stopTimeout", "stopSignal");

        host.accept(state(3, kept(1, 3, definition(1))));
        assertThat(host.last(id(1)).phase()).isEqualTo(Phase.RUNNING);
        assertThat(host.reasons(id(1))).isEmpty();
    }

    @Test
    void saysForTenMinutesThatARestartedJailWasKilled() {
        host.kernel.ignoreTerminate(id(1));
        host.accept(state(2, kept(1, 2, definition(1).withIncarnation(1))));
        host.pass(Duration.ofSeconds(10));

        assertThat(host.last(id(1)).phase()).isEqualTo(Phase.RUNNING);
        assertThat(host.reasons(id(1))).containsExactly("KilledAtDeadline");
        host.pass(Duration.ofMinutes(10));
        assertThat(host.reasons(id(1))).isEmpty();
    }

    @Test
    void saysNothingOfAKillWhereTheInitEndedInTime() {
        host.accept(state(2, stopped(1, 2)));

        assertThat(host.reasons(id(1))).isEmpty();
    }

    @Test
    void triesAgainToReleaseWhatIsBusy() {
        host.accept(state(2, stopped(1, 2), kept(2)));
        host.kernel.refuse(id(2), KernelRefusal.transientFailure("CgroupBusy", "rmdir: EBUSY"));
        host.accept(state(3, stopped(1, 2), stopped(2, 2)));
        assertThat(host.reasons(id(2))).containsExactly("CgroupBusy");

        host.kernel.permit(id(2));
        host.pass(Duration.ofSeconds(1));

        assertThat(host.last(id(2)).phase()).isEqualTo(Phase.STOPPED);
    }

    @Test
    void stopsBeforeAThousandStartsThatWait() {
        DesiredJail[] jails = IntStream.rangeClosed(2, 200)
                .mapToObj(n -> kept(n))
                .map(DesiredJail.class::cast)
                .toArray(DesiredJail[]::new);
        host.tell(with(state(2, jails), kept(1)));
        host.workers.workOnce();

        host.tell(with(state(3, jails), stopped(1, 2)));
        host.workers.workOnce();

        assertThat(host.kernel.isRunning(id(1))).isFalse();
        assertThat(host.kernel.calls().stream().filter(call -> call.startsWith("start")))
                .hasSizeLessThan(5);
    }

    private static DesiredState with(DesiredState state, DesiredJail more) {
        DesiredJail[] all = Stream.concat(state.objects().values().stream(), Stream.of(more))
                .toArray(DesiredJail[]::new);
        return state(state.revision(), all);
    }
}
