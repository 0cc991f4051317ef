package dev.bailiwick.agent.reconcile;

import static dev.bailiwick.agent.reconcile.Definitions.id;
import static dev.bailiwick.agent.reconcile.Definitions.kept;
import static dev.bailiwick.agent.reconcile.Definitions.removed;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.desired.DesiredJail.FilesFate;
import dev.bailiwick.jail.desired.Hold;
import dev.bailiwick.jail.desired.Hold.Kind;
import dev.bailiwick.jail.desired.StateChange;
import dev.bailiwick.jail.report.Phase;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ChangesTest {

    private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");

    private final ReconcilerState jails =
            new ReconcilerState(new RememberedRuns(), new RememberedEnds(), Clock.systemUTC());

    @Test
    void leaveNothingOfAJailWhoseTombstoneIsGone() {
        jails.accept(new StateChange(1, List.of(kept(1), kept(2)), List.of()), NOW);
        jails.accept(new StateChange(2, List.of(removed(1, 2, FilesFate.KEPT)), List.of()), NOW);
        ManagedJail gone = jails.manage(id(1));
        gone.phase = Phase.REMOVED;

        assertThat(jails.accept(new StateChange(3, List.of(), List.of(id(1))), NOW))
                .containsExactly(gone);
        assertThat(gone.desired).isNull();
    }

    @Test
    void carryOutATombstoneThatIsGoneTooSoon() {
        jails.accept(new StateChange(1, List.of(removed(1, 2, FilesFate.KEPT)), List.of()), NOW);
        assertThat(jails.accept(new StateChange(2, List.of(), List.of(id(1))), NOW))
                .isEmpty();

        ManagedJail gone = jails.manage(id(1));
        gone.phase = Phase.REMOVED;
        assertThat(jails.accept(new StateChange(3, List.of(), List.of()), NOW)).containsExactly(gone);
    }

    @Test
    void saySoOfAJailThatIsHeldAndStillSuperviseIt() {
        SimulatedHost host = SimulatedHost.startedWith(Definitions.state(1, kept(1), kept(2)));
        host.reconciler.accept(
                new StateChange(2, List.of(kept(1)), Map.of(id(1), new Hold(Kind.UNKNOWN, 1)), List.of()));
        host.workers.work();
        assertThat(host.reasons(id(1))).containsExactly("UnknownToServer");

        host.kernel.end(id(1), new dev.bailiwick.agent.kernel.JailEnd.Ending.Exited(1));
        host.workers.work();
        assertThat(host.kernel.isRunning(id(1))).isTrue();

        host.reconciler.accept(new StateChange(3, List.of(kept(1)), List.of()));
        host.workers.work();
        assertThat(host.reasons(id(1))).doesNotContain("UnknownToServer");
    }
}
