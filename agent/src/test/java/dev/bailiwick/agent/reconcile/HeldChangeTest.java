package dev.bailiwick.agent.reconcile;

import static dev.bailiwick.agent.reconcile.Definitions.definition;
import static dev.bailiwick.agent.reconcile.Definitions.id;
import static dev.bailiwick.agent.reconcile.Definitions.kept;
import static dev.bailiwick.agent.reconcile.Definitions.state;
import static dev.bailiwick.agent.reconcile.Definitions.stopped;
import static dev.bailiwick.agent.reconcile.Definitions.withHostname;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.jail.report.Report;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A change for which a jail would have to be stopped, and that its host cannot start: the jail keeps running as before. */
class HeldChangeTest {

    private final SimulatedHost host = SimulatedHost.startedWith(state(1, kept(1)));

    @Test
    void leavesTheJailRunningAndSaysWhy() {
        host.kernel.refuseStart(id(1), tooManyFiles());

        host.accept(state(2, kept(1, 2, withHostname(definition(1), "other"))));

        assertThat(host.calls(id(1))).containsExactly("start");
        Report held = host.last(id(1));
        assertThat(held.phase()).isEqualTo(Phase.RUNNING);
        assertThat(held.generation()).as("the one that runs").isEqualTo(1);
        assertThat(host.reasons(id(1))).containsExactly("FilesLimitTooHigh");
        assertThat(held.conditions().getFirst().message())
                .startsWith("limits.files is 1048576; the jail keeps running as before; next try at ");
    }

    @Test
    void isMadeOnceTheHostCan() {
        host.kernel.refuseStart(id(1), KernelRefusal.transientFailure("GuardMissing", "nothing isolates jails"));
        host.accept(state(2, kept(1, 2, withHostname(definition(1), "other"))));
        host.pass(Duration.ofMinutes(1));
        assertThat(host.calls(id(1))).containsExactly("start");

        host.kernel.refuseStart(id(1), null);
        host.pass(Duration.ofMinutes(6));

        assertThat(host.calls(id(1))).containsExactly("start", "terminate", "release", "start");
        assertThat(host.last(id(1)).generation()).isEqualTo(2);
        assertThat(host.reasons(id(1))).isEmpty();
    }

    @Test
    void isFollowedAtOnceByOneThatTheHostCanMake() {
        host.kernel.refuseStart(id(1), tooManyFiles());
        host.accept(state(2, kept(1, 2, withHostname(definition(1), "other"))));
        host.kernel.refuseStart(id(1), null);

        host.accept(state(3, kept(1, 3, withHostname(definition(1), "third"))));

        assertThat(host.calls(id(1))).containsExactly("start", "terminate", "release", "start");
        assertThat(host.last(id(1)).generation()).isEqualTo(3);
    }

    @Test
    void isTakenBackWithoutARestart() {
        host.kernel.refuseStart(id(1), tooManyFiles());
        host.accept(state(2, kept(1, 2, withHostname(definition(1), "other"))));

        host.accept(state(3, kept(1, 3, definition(1))));

        assertThat(host.calls(id(1))).containsExactly("start", "adjust", "confirm");
        assertThat(host.reasons(id(1))).isEmpty();
    }

    @Test
    void doesNotKeepAJailFromBeingStopped() {
        host.kernel.refuseStart(id(1), tooManyFiles());
        host.accept(state(2, kept(1, 2, withHostname(definition(1), "other"))));

        host.accept(state(3, stopped(1, 3)));

        assertThat(host.calls(id(1))).containsExactly("start", "terminate", "release");
        assertThat(host.last(id(1)).phase()).isEqualTo(Phase.STOPPED);
    }

    @Test
    void isStillHeldByTheNextAgent() {
        host.kernel.refuseStart(id(1), tooManyFiles());
        var wanted = state(2, kept(1, 2, withHostname(definition(1), "other")));
        host.accept(wanted);
        host.killAgent();
        host.kernel.forgetCalls();

        host.startNextAgent(wanted);

        assertThat(host.calls(id(1))).doesNotContain("terminate");
        assertThat(host.last(id(1)).phase()).isEqualTo(Phase.RUNNING);
        assertThat(host.reasons(id(1))).containsExactly("FilesLimitTooHigh");
    }

    private static KernelRefusal tooManyFiles() {
        return KernelRefusal.permanent("FilesLimitTooHigh", "limits.files is 1048576");
    }
}
