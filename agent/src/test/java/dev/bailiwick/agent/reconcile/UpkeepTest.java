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

    private final Scene scene = Scene.startedWith(state(1, kept(1)));

    @Test
    void tellsForTenMinutesWhatWasGoneAndIsThereAgain() {
        int init = scene.last(id(1)).initPid().orElseThrow();

        scene.kernel.lose(id(1), "its network link");
        scene.workers.work();

        assertThat(scene.reasons(id(1))).containsExactly("Mended");
        assertThat(scene.last(id(1)).phase()).isEqualTo(Phase.RUNNING);
        scene.pass(Duration.ofMinutes(9));
        assertThat(scene.reasons(id(1))).containsExactly("Mended");
        scene.pass(Duration.ofMinutes(1));
        assertThat(scene.reasons(id(1))).isEmpty();
        assertThat(scene.last(id(1)).initPid()).hasValue(init);
        assertThat(scene.last(id(1)).restarts()).isZero();
    }

    @Test
    void saysWhatCannotBeRestoredAndTriesAgain() {
        scene.kernel.mendNothing();
        scene.kernel.lose(id(1), "its root");
        scene.workers.work();

        assertThat(scene.reasons(id(1))).containsExactly("Damaged");
        assertThat(scene.last(id(1)).conditions().getFirst().message()).contains("its root");
        int said = scene.reports.size();
        scene.pass(Duration.ofSeconds(1));
        assertThat(scene.reports).hasSizeGreaterThan(said);
        assertThat(scene.last(id(1)).phase()).isEqualTo(Phase.RUNNING);
    }

    @Test
    void whatAJailLacksStandsInTheWayOfNoStop() {
        scene.kernel.mendNothing();
        scene.kernel.lose(id(1), "its root");
        scene.workers.work();

        scene.accept(state(2, stopped(1, 2)));

        assertThat(scene.last(id(1)).phase()).isEqualTo(Phase.STOPPED);
        assertThat(scene.reasons(id(1))).isEmpty();
    }

    @Test
    void looksAtWhatAnEarlierAgentStarted() {
        scene.killAgent();
        scene.kernel.lose(id(1), "its network link");

        scene.startNextAgent(state(1, kept(1)));
        scene.pass(Duration.ofSeconds(2));

        assertThat(scene.reasons(id(1))).containsExactly("Mended");
    }

    @Test
    void leavesNothingOfAnUnknownJailThatHasEnded() {
        scene.killAgent();
        scene.startNextAgent(DesiredState.NONE);
        assertThat(scene.reasons(id(1))).containsExactly("UnknownJail");

        scene.kernel.end(id(1), new Ending.Killed(9));
        scene.workers.work();

        assertThat(scene.kernel.jail(id(1))).isEmpty();
        assertThat(scene.calls(id(1))).contains("release").doesNotContain("deleteFiles");
    }
}
