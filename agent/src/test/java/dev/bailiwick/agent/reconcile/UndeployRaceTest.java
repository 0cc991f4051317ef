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

    private final SimulatedHost host = SimulatedHost.startedWith(state(1, kept(1)));

    @Test
    void removesAJailThatIsJustBeingStarted() {
        host.kernel.duringNextStart(() -> host.tell(state(3, kept(1), removed(2, 2, FilesFate.KEPT))));

        host.accept(state(2, kept(1), kept(2)));

        assertThat(host.calls(id(2))).containsExactly("start", "terminate", "release", "keepFiles");
        assertThat(host.last(id(2)).phase()).isEqualTo(Phase.REMOVED);
    }

    @Test
    void startsAfreshAJailThatIsWantedAgainWhileItStops() {
        host.kernel.ignoreTerminate(id(1));
        host.accept(state(2, stopped(1, 2)));

        host.accept(state(3, kept(1, 3, definition(1))));
        assertThat(host.last(id(1)).phase()).isEqualTo(Phase.STOPPING);
        host.pass(Duration.ofSeconds(10));

        assertThat(host.calls(id(1))).containsExactly("start", "terminate", "kill", "release", "start");
        assertThat(host.last(id(1)).generation()).isEqualTo(3);
        assertThat(host.last(id(1)).restarts()).isZero();
    }

    @Test
    void appliesOnlyTheLastOfManyChanges() {
        for (int generation = 2; generation <= 9; generation++) {
            host.tell(state(generation, kept(1, generation, withHostname(definition(1), "host" + generation))));
        }
        host.workers.work();

        assertThat(host.calls(id(1))).containsExactly("start", "terminate", "release", "start");
        assertThat(host.last(id(1)).generation()).isEqualTo(9);
    }

    @Test
    void removesOnceHoweverOftenTheTombstoneIsSent() {
        host.accept(state(2, removed(1, 2, FilesFate.DELETED)));
        host.accept(state(3, removed(1, 2, FilesFate.DELETED), kept(2)));
        host.accept(state(4, kept(2)));

        assertThat(host.calls(id(1))).containsExactly("start", "terminate", "release", "deleteFiles");
        assertThat(host.phases(id(1)).stream().filter(Phase.REMOVED::equals)).hasSize(1);
    }

    @Test
    void finishesARemovalWhoseTombstoneIsNoLongerSent() {
        host.kernel.ignoreTerminate(id(1));
        host.accept(state(2, removed(1, 2, FilesFate.DELETED)));

        host.accept(state(3));
        host.pass(Duration.ofSeconds(10));

        assertThat(host.calls(id(1))).endsWith("kill", "release", "deleteFiles");
    }

    @Test
    void startsAtAReusedPathOnlyOnceTheOldFilesAreDeleted() {
        host.kernel.ignoreTerminate(id(1));
        host.accept(state(2, removed(1, 2, FilesFate.DELETED)));
        var successor = kept(2, 1, withPath(definition(2), "/jails/web1"));

        host.accept(state(3, removed(1, 2, FilesFate.DELETED), successor));
        assertThat(host.last(id(2)).phase()).isEqualTo(Phase.PENDING);
        host.kernel.duringNextDeletion(
                () -> assertThat(host.kernel.isRunning(id(2))).isFalse());
        host.pass(Duration.ofSeconds(10));

        assertThat(host.calls(id(1))).endsWith("deleteFiles");
        assertThat(host.last(id(2)).phase()).isEqualTo(Phase.RUNNING);
    }

    @Test
    void neverDeletesFilesThatAJailHadBeforeTheRemovalCame() {
        var successor = kept(2, 1, withPath(definition(2), "/jails/web1/nested"));
        host.accept(state(2, removed(1, 2, FilesFate.DELETED)));
        host.killAgent();
        host.kernel.forgetCalls();

        host.startNextAgent(state(3, removed(1, 2, FilesFate.DELETED), successor));

        assertThat(host.calls(id(1))).doesNotContain("deleteFiles");
        assertThat(host.reasons(id(1))).containsExactly("FilesKept");
        assertThat(host.last(id(2)).phase()).isEqualTo(Phase.RUNNING);
    }
}
