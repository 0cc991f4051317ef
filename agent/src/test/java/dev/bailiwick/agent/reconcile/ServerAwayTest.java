package dev.bailiwick.agent.reconcile;

import static dev.bailiwick.agent.reconcile.Definitions.definition;
import static dev.bailiwick.agent.reconcile.Definitions.id;
import static dev.bailiwick.agent.reconcile.Definitions.kept;
import static dev.bailiwick.agent.reconcile.Definitions.state;
import static dev.bailiwick.agent.reconcile.Definitions.withOverride;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.report.Phase;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ServerAwayTest {

    @Test
    void startsWhatWasStoredWithoutAServer() {
        Scene scene = Scene.startedWith(state(7, kept(1), kept(2)));

        assertThat(scene.phases(id(1))).containsExactly(Phase.STARTING, Phase.RUNNING);
        assertThat(scene.last(id(1)).steps()).extracting("name").containsExactly("clone3", "exec");
        assertThat(scene.kernel.isRunning(id(2))).isTrue();
    }

    @Test
    void endsAnOverrideInTimeWithoutAServer() {
        Scene scene = new Scene();
        Instant until = scene.clock.instant().plus(Duration.ofHours(1));
        JailDefinition loosened = withOverride(definition(1), "debugging", Optional.of(until));
        scene.reconciler.start(() -> state(7, kept(1, 3, loosened)), scene.reports::add);
        scene.pass(Duration.ofMinutes(59));
        assertThat(fingerprint(scene)).isEqualTo(Fingerprint.of(loosened));

        scene.pass(Duration.ofMinutes(1));

        assertThat(fingerprint(scene)).isEqualTo(Fingerprint.of(definition(1)));
        assertThat(scene.reports)
                .anySatisfy(report -> assertThat(report.conditions())
                        .anySatisfy(condition -> assertThat(condition.reason()).isEqualTo("OverrideExpired")));
        assertThat(scene.last(id(1)).phase()).isEqualTo(Phase.RUNNING);
        assertThat(scene.last(id(1)).generation()).isEqualTo(3);
    }

    @Test
    void restartsWithoutAServer() {
        Scene scene = Scene.startedWith(state(7, kept(1)));
        int pid = scene.last(id(1)).initPid().orElseThrow();
        scene.kernel.ignoreTerminate(id(1));

        scene.accept(state(8, kept(1, 2, definition(1).incarnated(1))));
        assertThat(scene.last(id(1)).phase()).isEqualTo(Phase.STOPPING);
        scene.pass(Planner.STOP_DEADLINE);

        assertThat(scene.last(id(1)).phase()).isEqualTo(Phase.RUNNING);
        assertThat(scene.last(id(1)).generation()).isEqualTo(2);
        assertThat(scene.last(id(1)).initPid().orElseThrow()).isNotEqualTo(pid);
    }

    @Test
    void saysNothingWhereNothingIsNew() {
        Scene scene = Scene.startedWith(state(7, kept(1)));
        scene.reports.clear();

        scene.accept(state(8, kept(1)));
        scene.pass(Duration.ofMinutes(5));

        assertThat(scene.reports).isEmpty();
    }

    private static String fingerprint(Scene scene) {
        return scene.kernel.jail(id(1)).orElseThrow().fingerprint();
    }
}
