package dev.bailiwick.agent.reconcile;

import static dev.bailiwick.agent.reconcile.Definitions.definition;
import static dev.bailiwick.agent.reconcile.Definitions.id;
import static dev.bailiwick.agent.reconcile.Definitions.kept;
import static dev.bailiwick.agent.reconcile.Definitions.removed;
import static dev.bailiwick.agent.reconcile.Definitions.state;
import static dev.bailiwick.agent.reconcile.Definitions.stopped;
import static dev.bailiwick.agent.reconcile.Definitions.withOverride;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.kernel.JailEnd.Ending;
import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.jail.desired.DesiredJail;
import dev.bailiwick.jail.desired.DesiredJail.FilesFate;
import dev.bailiwick.jail.desired.DesiredState;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.jail.report.StepTiming;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class StopDeadlineTest {

    private final Scene scene = Scene.startedWith(state(1, kept(1)));

    @Test
    void neverKillsAnInitThatEndsWhenAsked() {
        scene.accept(state(2, stopped(1, 2)));

        assertThat(scene.calls(id(1))).containsExactly("start", "terminate", "release");
        assertThat(scene.last(id(1)).phase()).isEqualTo(Phase.STOPPED);
        assertThat(scene.last(id(1)).restarts()).isZero();
    }

    @Test
    void killsAnInitThatDoesNotEndInTime() {
        scene.kernel.ignoreTerminate(id(1));
        scene.accept(state(2, stopped(1, 2)));

        scene.pass(Duration.ofMillis(9_999));
        assertThat(scene.last(id(1)).phase()).isEqualTo(Phase.STOPPING);
        assertThat(scene.calls(id(1))).containsExactly("start", "terminate");
        scene.pass(Duration.ofMillis(1));

        assertThat(scene.calls(id(1))).containsExactly("start", "terminate", "kill", "release");
        assertThat(scene.last(id(1)).phase()).isEqualTo(Phase.STOPPED);
    }

    @Test
    void tellsTheStepsOfAStopAndNotThoseOfTheStartBefore() {
        scene.kernel.ignoreTerminate(id(1));
        scene.accept(state(2, stopped(1, 2)));
        assertThat(scene.last(id(1)).steps()).extracting("name").containsExactly("queue", "terminate");
        scene.pass(Duration.ofSeconds(10));

        List<StepTiming> steps = scene.last(id(1)).steps();
        assertThat(steps)
                .extracting("name")
                .containsExactly("queue", "terminate", "await end", "kill", "await end", "queue", "release");
        assertThat(steps.get(2).durationMicros()).isEqualTo(10_000_000);
        assertThat(steps.get(3).startMicros()).isEqualTo(10_000_000);

        scene.accept(state(3, removed(1, 3, FilesFate.KEPT)));
        assertThat(scene.last(id(1)).steps()).as("there was nothing to stop").isEqualTo(steps);
    }

    @Test
    void tellsTheStepsOfARestartFromTheStopOn() {
        scene.kernel.ignoreTerminate(id(1));
        scene.accept(state(2, kept(1, 2, withOverride(definition(1), "why", Optional.empty()))));
        scene.pass(Duration.ofSeconds(10));

        List<StepTiming> steps = scene.last(id(1)).steps();
        assertThat(scene.last(id(1)).phase()).isEqualTo(Phase.RUNNING);
        assertThat(steps)
                .extracting("name")
                .startsWith("queue", "terminate", "await end", "kill", "await end", "queue", "release", "queue")
                .endsWith("clone3", "exec");
        assertThat(steps.getLast().startMicros()).isGreaterThanOrEqualTo(10_000_000);

        scene.kernel.end(id(1), new Ending.Exited(1));
        scene.workers.work();
        assertThat(scene.last(id(1)).steps())
                .as("a start after a crash is a separate change")
                .extracting("name")
                .containsExactly("clone3", "exec");
    }

    @Test
    void tellsTheStepsOfAStartWithoutThoseOfAStopThatWasWantedForItself() {
        scene.accept(state(2, stopped(1, 2)));
        scene.pass(Duration.ofSeconds(10));

        scene.accept(state(3, kept(1, 3, definition(1))));

        assertThat(scene.last(id(1)).phase()).isEqualTo(Phase.RUNNING);
        assertThat(scene.last(id(1)).steps()).extracting("name").containsExactly("clone3", "exec");
    }

    @Test
    void killsAnInitThatCanNotBeAsked() {
        scene.kernel.refuseTerminate(id(1), KernelRefusal.transientFailure("AgentFault", "terminate: no such luck"));
        scene.accept(state(2, stopped(1, 2)));

        for (int second = 0; second < 20; second++) {
            scene.pass(Duration.ofSeconds(1));
        }

        assertThat(scene.calls(id(1)))
                .startsWith("start", "terminate", "terminate")
                .endsWith("kill", "release");
        assertThat(scene.last(id(1)).phase()).isEqualTo(Phase.STOPPED);
        assertThat(scene.last(id(1)).steps())
                .extracting("name")
                .containsExactly("await end", "kill", "await end", "queue", "release");
    }

    @Test
    void triesAgainToReleaseWhatIsBusy() {
        scene.accept(state(2, stopped(1, 2), kept(2)));
        scene.kernel.refuse(id(2), KernelRefusal.transientFailure("CgroupBusy", "rmdir: EBUSY"));
        scene.accept(state(3, stopped(1, 2), stopped(2, 2)));
        assertThat(scene.reasons(id(2))).containsExactly("CgroupBusy");

        scene.kernel.permit(id(2));
        scene.pass(Duration.ofSeconds(1));

        assertThat(scene.last(id(2)).phase()).isEqualTo(Phase.STOPPED);
    }

    @Test
    void stopsBeforeAThousandStartsThatWait() {
        DesiredJail[] jails = IntStream.rangeClosed(2, 200)
                .mapToObj(n -> kept(n))
                .map(DesiredJail.class::cast)
                .toArray(DesiredJail[]::new);
        scene.tell(with(state(2, jails), kept(1)));
        scene.workers.workOnce();

        scene.tell(with(state(3, jails), stopped(1, 2)));
        scene.workers.workOnce();

        assertThat(scene.kernel.isRunning(id(1))).isFalse();
        assertThat(scene.kernel.calls().stream().filter(call -> call.startsWith("start")))
                .hasSizeLessThan(5);
    }

    private static DesiredState with(DesiredState state, DesiredJail more) {
        DesiredJail[] all = Stream.concat(state.objects().values().stream(), Stream.of(more))
                .toArray(DesiredJail[]::new);
        return state(state.revision(), all);
    }
}
