package dev.bailiwick.agent.reconcile;

import static dev.bailiwick.agent.reconcile.Definitions.id;
import static dev.bailiwick.agent.reconcile.Definitions.kept;
import static dev.bailiwick.agent.reconcile.Definitions.state;
import static dev.bailiwick.agent.reconcile.Definitions.stopped;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.kernel.JailEnd.Ending;
import dev.bailiwick.jail.desired.DesiredState;
import dev.bailiwick.jail.report.Phase;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class UpkeepTest {

    private final SimulatedHost host = SimulatedHost.startedWith(state(1, kept(1)));

    @Test
    void tellsForTenMinutesWhatWasGoneAndIsThereAgain() {
        int init = host.last(id(1)).initPid().orElseThrow();

        host.kernel.lose(id(1), "its network link");
        host.workers.work();

        assertThat(host.reasons(id(1))).containsExactly("Mended");
        assertThat(host.last(id(1)).phase()).isEqualTo(Phase.RUNNING);
        host.pass(Duration.ofMinutes(9));
        assertThat(host.reasons(id(1))).containsExactly("Mended");
        host.pass(Duration.ofMinutes(1));
        assertThat(host.reasons(id(1))).isEmpty();
        assertThat(host.last(id(1)).initPid()).hasValue(init);
        assertThat(host.last(id(1)).restarts()).isZero();
    }

    @Test
    void saysWhatCannotBeRestoredAndTriesAgain() {
        host.kernel.mendNothing();
        host.kernel.lose(id(1), "its root");
        host.workers.work();

        assertThat(host.reasons(id(1))).containsExactly("Damaged");
        assertThat(host.last(id(1)).conditions().getFirst().message()).contains("its root");
        int said = host.reports.size();
        host.pass(Duration.ofSeconds(1));
        assertThat(host.reports).hasSizeGreaterThan(said);
        assertThat(host.last(id(1)).phase()).isEqualTo(Phase.RUNNING);
    }

    @Test
    void whatAJailLacksStandsInTheWayOfNoStop() {
        host.kernel.mendNothing();
        host.kernel.lose(id(1), "its root");
        host.workers.work();

        host.accept(state(2, stopped(1, 2)));

        assertThat(host.last(id(1)).phase()).isEqualTo(Phase.STOPPED);
        assertThat(host.reasons(id(1))).isEmpty();
    }

    @Test
    void looksAtWhatAnEarlierAgentStarted() {
        host.killAgent();
        host.kernel.lose(id(1), "its network link");

        host.startNextAgent(state(1, kept(1)));
        host.pass(Duration.ofSeconds(2));

        assertThat(host.reasons(id(1))).containsExactly("Mended");
    }

    @Test
    void leavesNothingOfAnUnknownJailThatHasEnded() {
        host.killAgent();
        host.startNextAgent(DesiredState.NONE);
        assertThat(host.reasons(id(1))).containsExactly("UnknownJail");

        host.kernel.end(id(1), new Ending.Killed(9));
        host.workers.work();

        assertThat(host.kernel.jail(id(1))).isEmpty();
        assertThat(host.calls(id(1))).contains("release").doesNotContain("deleteFiles");
    }
}
