package dev.bailiwick.agent.reconcile;

import static dev.bailiwick.agent.reconcile.Definitions.definition;
import static dev.bailiwick.agent.reconcile.Definitions.id;
import static dev.bailiwick.agent.reconcile.Definitions.kept;
import static dev.bailiwick.agent.reconcile.Definitions.removed;
import static dev.bailiwick.agent.reconcile.Definitions.state;
import static dev.bailiwick.agent.reconcile.Definitions.stopped;
import static dev.bailiwick.agent.reconcile.Definitions.withHostname;
import static dev.bailiwick.agent.reconcile.Definitions.withPath;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.desired.DesiredJail.FilesFate;
import dev.bailiwick.jail.report.Phase;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class UndeployRaceTest {

    private final Scene scene = Scene.startedWith(state(1, kept(1)));

    @Test
    void removesAJailThatIsJustBeingStarted() {
        scene.kernel.duringNextStart(() -> scene.tell(state(3, kept(1), removed(2, 2, FilesFate.KEPT))));

        scene.accept(state(2, kept(1), kept(2)));

        assertThat(scene.calls(id(2))).containsExactly("start", "terminate", "release", "keepFiles");
        assertThat(scene.last(id(2)).phase()).isEqualTo(Phase.REMOVED);
    }

    @Test
    void startsAfreshAJailThatIsWantedAgainWhileItStops() {
        scene.kernel.ignoreTerminate(id(1));
        scene.accept(state(2, stopped(1, 2)));

        scene.accept(state(3, kept(1, 3, definition(1))));
        assertThat(scene.last(id(1)).phase()).isEqualTo(Phase.STOPPING);
        scene.pass(Duration.ofSeconds(10));

        assertThat(scene.calls(id(1))).containsExactly("start", "terminate", "kill", "release", "start");
        assertThat(scene.last(id(1)).generation()).isEqualTo(3);
        assertThat(scene.last(id(1)).restarts()).isZero();
    }

    @Test
    void appliesOnlyTheLastOfManyChanges() {
        for (int generation = 2; generation <= 9; generation++) {
            scene.tell(state(generation, kept(1, generation, withHostname(definition(1), "host" + generation))));
        }
        scene.workers.work();

        assertThat(scene.calls(id(1))).containsExactly("start", "terminate", "release", "start");
        assertThat(scene.last(id(1)).generation()).isEqualTo(9);
    }

    @Test
    void removesOnceHoweverOftenTheTombstoneIsSent() {
        scene.accept(state(2, removed(1, 2, FilesFate.DELETED)));
        scene.accept(state(3, removed(1, 2, FilesFate.DELETED), kept(2)));
        scene.accept(state(4, kept(2)));

        assertThat(scene.calls(id(1))).containsExactly("start", "terminate", "release", "deleteFiles");
        assertThat(scene.phases(id(1)).stream().filter(Phase.REMOVED::equals)).hasSize(1);
    }

    @Test
    void finishesARemovalWhoseTombstoneIsNoLongerSent() {
        scene.kernel.ignoreTerminate(id(1));
        scene.accept(state(2, removed(1, 2, FilesFate.DELETED)));

        scene.accept(state(3));
        scene.pass(Duration.ofSeconds(10));

        assertThat(scene.calls(id(1))).endsWith("kill", "release", "deleteFiles");
    }

    @Test
    void startsAtAReusedPathOnlyOnceTheOldFilesAreDeleted() {
        scene.kernel.ignoreTerminate(id(1));
        scene.accept(state(2, removed(1, 2, FilesFate.DELETED)));
        var successor = kept(2, 1, withPath(definition(2), "/jails/web1"));

        scene.accept(state(3, removed(1, 2, FilesFate.DELETED), successor));
        assertThat(scene.last(id(2)).phase()).isEqualTo(Phase.PENDING);
        scene.kernel.duringNextDeletion(
                () -> assertThat(scene.kernel.isRunning(id(2))).isFalse());
        scene.pass(Duration.ofSeconds(10));

        assertThat(scene.calls(id(1))).endsWith("deleteFiles");
        assertThat(scene.last(id(2)).phase()).isEqualTo(Phase.RUNNING);
    }

    @Test
    void neverDeletesFilesThatAJailHadBeforeTheRemovalCame() {
        var successor = kept(2, 1, withPath(definition(2), "/jails/web1/nested"));
        scene.accept(state(2, removed(1, 2, FilesFate.DELETED)));
        scene.killAgent();
        scene.kernel.forgetCalls();

        scene.startNextAgent(state(3, removed(1, 2, FilesFate.DELETED), successor));

        assertThat(scene.calls(id(1))).doesNotContain("deleteFiles");
        assertThat(scene.reasons(id(1))).containsExactly("FilesKept");
        assertThat(scene.last(id(2)).phase()).isEqualTo(Phase.RUNNING);
    }
}
