package dev.bailiwick.agent.reconcile;

import static dev.bailiwick.agent.reconcile.Definitions.id;
import static dev.bailiwick.agent.reconcile.Definitions.kept;
import static dev.bailiwick.agent.reconcile.Definitions.removed;
import static dev.bailiwick.agent.reconcile.Definitions.state;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.kernel.JailEnd.Ending;
import dev.bailiwick.jail.Desired;
import dev.bailiwick.jail.Desired.FilesFate;
import dev.bailiwick.jail.DesiredState;
import dev.bailiwick.jail.Phase;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MassDeletionTest {

    private final Scene scene = Scene.startedWith(jails(1, 1, 20, n -> kept(n)));

    @Test
    void keepsRunningWhenMostJailsVanish() {
        scene.accept(jails(2, 12, 20, n -> kept(n)));

        assertThat(running()).isEqualTo(20);
        assertThat(scene.reasons(id(1))).containsExactly("MassRemovalRefused");
        assertThat(scene.last(id(1)).conditions().getFirst().message())
                .contains("revision 2", "11 of 20 running jails");
        assertThat(scene.reasons(id(12))).isEmpty();
    }

    @Test
    void stillSupervisesWhatItRefusedToRemove() {
        scene.accept(state(2));

        scene.kernel.end(id(1), new Ending.Exited(1));
        scene.workers.work();

        assertThat(scene.kernel.isRunning(id(1))).isTrue();
    }

    @Test
    void refusesTheSameStateAgain() {
        scene.accept(state(2));
        scene.accept(state(3));

        assertThat(running()).isEqualTo(20);
    }

    @Test
    void clearsTheConditionOnceTheJailsAreNamedAgain() {
        scene.accept(state(2));

        scene.accept(jails(3, 1, 20, n -> kept(n)));

        assertThat(scene.reasons(id(1))).isEmpty();
    }

    @Test
    void releasesAFewThatVanishButKeepsTheirFiles() {
        scene.accept(jails(2, 11, 20, n -> kept(n)));

        assertThat(running()).isEqualTo(10);
        assertThat(scene.last(id(1)).phase()).isEqualTo(Phase.REMOVED);
        assertThat(scene.calls(id(1))).containsExactly("start", "terminate", "release");
    }

    @Test
    void obeysAnyNumberOfTombstones() {
        scene.accept(jails(2, 1, 20, n -> removed(n, 2, FilesFate.DELETED)));

        assertThat(running()).isZero();
        assertThat(scene.last(id(20)).phase()).isEqualTo(Phase.REMOVED);
        assertThat(scene.calls(id(20))).containsExactly("start", "terminate", "release", "deleteFiles");
    }

    @Test
    void changesNothingWhenTheRevisionRunsBackwards() {
        scene.accept(jails(9, 1, 20, n -> kept(n)));

        scene.accept(jails(4, 1, 20, n -> removed(n, 2, FilesFate.DELETED)));

        assertThat(running()).isEqualTo(20);
        assertThat(scene.reasons(id(1))).containsExactly("RevisionRanBackwards");
        scene.accept(jails(10, 1, 20, n -> kept(n)));
        assertThat(scene.reasons(id(1))).isEmpty();
    }

    private long running() {
        return IntStream.rangeClosed(1, 20)
                .filter(n -> scene.kernel.isRunning(id(n)))
                .count();
    }

    private static DesiredState jails(long revision, int first, int last, IntFunction<Desired> jail) {
        return state(revision, IntStream.rangeClosed(first, last).mapToObj(jail).toArray(Desired[]::new));
    }
}
