package dev.bailiwick.agent.reconcile;

import static dev.bailiwick.agent.reconcile.Definitions.definition;
import static dev.bailiwick.agent.reconcile.Definitions.id;
import static dev.bailiwick.agent.reconcile.Definitions.kept;
import static dev.bailiwick.agent.reconcile.Definitions.state;
import static dev.bailiwick.agent.reconcile.Definitions.stopped;
import static dev.bailiwick.agent.reconcile.Definitions.withHostname;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.kernel.JailEnd.Ending;
import dev.bailiwick.jail.desired.DesiredState;
import dev.bailiwick.jail.report.Phase;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class AgentRestartTest {

    private final Scene scene = Scene.startedWith(state(1, kept(1)));

    @Test
    void adoptsARunningJailWithoutTouchingIt() {
        int pid = scene.last(id(1)).initPid().orElseThrow();
        scene.killAgent();
        scene.kernel.forgetCalls();

        scene.startNextAgent(state(1, kept(1)));

        assertThat(scene.kernel.calls()).isEmpty();
        assertThat(scene.phases(id(1))).containsExactly(Phase.RUNNING);
        assertThat(scene.last(id(1)).initPid()).hasValue(pid);
    }

    @Test
    void startsAgainWhatEndedWhileNoAgentLooked() {
        scene.killAgent();
        scene.kernel.end(id(1), new Ending.Exited(0));

        scene.startNextAgent(state(1, kept(1)));

        assertThat(scene.last(id(1)).phase()).isEqualTo(Phase.RUNNING);
        assertThat(scene.kernel.isRunning(id(1))).isTrue();
    }

    @Test
    void hearsOfTheEndOfAnAdoptedJail() {
        scene.killAgent();
        scene.startNextAgent(state(1, kept(1)));

        scene.kernel.end(id(1), new Ending.Exited(3));
        scene.workers.work();

        assertThat(scene.last(id(1)).restarts()).isOne();
        assertThat(scene.last(id(1)).conditions().getFirst().message()).contains("ended in an unknown way");
        assertThat(scene.kernel.isRunning(id(1))).isTrue();
    }

    @Test
    void finishesAStopThatTheLastAgentBegan() {
        scene.kernel.ignoreTerminate(id(1));
        scene.accept(state(2, stopped(1, 2)));
        scene.killAgent();

        scene.startNextAgent(state(2, stopped(1, 2)));
        scene.pass(Duration.ofSeconds(10));

        assertThat(scene.last(id(1)).phase()).isEqualTo(Phase.STOPPED);
    }

    @Test
    void finishesARestartThatTheLastAgentBegan() {
        scene.kernel.ignoreTerminate(id(1));
        scene.accept(state(2, kept(1, 2, definition(1).incarnated(1))));
        scene.killAgent();
        scene.kernel.end(id(1), new Ending.Exited(0));

        scene.startNextAgent(state(2, kept(1, 2, definition(1).incarnated(1))));

        assertThat(scene.last(id(1)).phase()).isEqualTo(Phase.RUNNING);
        assertThat(scene.last(id(1)).generation()).isEqualTo(2);
    }

    @Test
    void appliesWhatWasAcceptedJustBeforeTheLastAgentDied() {
        scene.killAgent();

        scene.startNextAgent(state(2, kept(1, 2, withHostname(definition(1), "other"))));

        assertThat(scene.last(id(1)).phase()).isEqualTo(Phase.RUNNING);
        assertThat(scene.last(id(1)).generation()).isEqualTo(2);
    }

    @Test
    void leavesRunningAJailThatNoDesiredStateNames() {
        scene.killAgent();

        scene.startNextAgent(DesiredState.NONE);
        scene.pass(Duration.ofMinutes(5));

        assertThat(scene.kernel.isRunning(id(1))).isTrue();
        assertThat(scene.reasons(id(1))).containsExactly("UnknownJail");
    }

    @Test
    void leavesRunningAnUnknownJailThatASnapshotDoesNotName() {
        scene.killAgent();
        scene.startNextAgent(DesiredState.NONE);

        scene.accept(state(9, kept(2)));

        assertThat(scene.kernel.isRunning(id(1))).isTrue();
        assertThat(scene.reasons(id(1))).containsExactly("UnknownJail");
        assertThat(scene.last(id(2)).phase()).isEqualTo(Phase.RUNNING);
    }

    @Test
    void adoptsAnUnknownJailOnceASnapshotNamesIt() {
        scene.killAgent();
        scene.startNextAgent(DesiredState.NONE);
        scene.kernel.forgetCalls();

        scene.accept(state(9, kept(1)));

        assertThat(scene.kernel.calls()).isEmpty();
        assertThat(scene.last(id(1)).conditions()).isEmpty();
    }
}
