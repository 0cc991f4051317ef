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

    private final SimulatedHost host = SimulatedHost.startedWith(state(1, kept(1)));

    @Test
    void adoptsARunningJailWithoutTouchingIt() {
        int pid = host.last(id(1)).initPid().orElseThrow();
        host.killAgent();
        host.kernel.forgetCalls();

        host.startNextAgent(state(1, kept(1)));

        assertThat(host.kernel.calls()).isEmpty();
        assertThat(host.phases(id(1))).containsExactly(Phase.RUNNING);
        assertThat(host.last(id(1)).initPid()).hasValue(pid);
    }

    @Test
    void startsAgainWhatEndedWhileNoAgentLooked() {
        host.killAgent();
        host.kernel.end(id(1), new Ending.Exited(0));

        host.startNextAgent(state(1, kept(1)));

        assertThat(host.last(id(1)).phase()).isEqualTo(Phase.RUNNING);
        assertThat(host.kernel.isRunning(id(1))).isTrue();
    }

    @Test
    void hearsOfTheEndOfAnAdoptedJail() {
        host.killAgent();
        host.startNextAgent(state(1, kept(1)));

        host.kernel.end(id(1), new Ending.Exited(3));
        host.workers.work();

        assertThat(host.last(id(1)).restarts()).isOne();
        assertThat(host.last(id(1)).conditions().getFirst().message()).contains("ended in an unknown way");
        assertThat(host.kernel.isRunning(id(1))).isTrue();
    }

    @Test
    void finishesAStopThatTheLastAgentBegan() {
        host.kernel.ignoreTerminate(id(1));
        host.accept(state(2, stopped(1, 2)));
        host.killAgent();

        host.startNextAgent(state(2, stopped(1, 2)));
        host.pass(Duration.ofSeconds(10));

        assertThat(host.last(id(1)).phase()).isEqualTo(Phase.STOPPED);
    }

    @Test
    void finishesARestartThatTheLastAgentBegan() {
        host.kernel.ignoreTerminate(id(1));
        host.accept(state(2, kept(1, 2, definition(1).withIncarnation(1))));
        host.killAgent();
        host.kernel.end(id(1), new Ending.Exited(0));

        host.startNextAgent(state(2, kept(1, 2, definition(1).withIncarnation(1))));

        assertThat(host.last(id(1)).phase()).isEqualTo(Phase.RUNNING);
        assertThat(host.last(id(1)).generation()).isEqualTo(2);
    }

    @Test
    void appliesWhatWasAcceptedJustBeforeTheLastAgentDied() {
        host.killAgent();

        host.startNextAgent(state(2, kept(1, 2, withHostname(definition(1), "other"))));

        assertThat(host.last(id(1)).phase()).isEqualTo(Phase.RUNNING);
        assertThat(host.last(id(1)).generation()).isEqualTo(2);
    }

    @Test
    void leavesRunningAJailThatNoDesiredStateNames() {
        host.killAgent();

        host.startNextAgent(DesiredState.NONE);
        host.pass(Duration.ofMinutes(5));

        assertThat(host.kernel.isRunning(id(1))).isTrue();
        assertThat(host.reasons(id(1))).containsExactly("UnknownJail");
    }

    @Test
    void leavesRunningAnUnknownJailThatASnapshotDoesNotName() {
        host.killAgent();
        host.startNextAgent(DesiredState.NONE);

        host.accept(state(9, kept(2)));

        assertThat(host.kernel.isRunning(id(1))).isTrue();
        assertThat(host.reasons(id(1))).containsExactly("UnknownJail");
        assertThat(host.last(id(2)).phase()).isEqualTo(Phase.RUNNING);
    }

    @Test
    void adoptsAnUnknownJailOnceASnapshotNamesIt() {
        host.killAgent();
        host.startNextAgent(DesiredState.NONE);
        host.kernel.forgetCalls();

        host.accept(state(9, kept(1)));

        assertThat(host.kernel.calls()).isEmpty();
        assertThat(host.last(id(1)).conditions()).isEmpty();
    }
}
