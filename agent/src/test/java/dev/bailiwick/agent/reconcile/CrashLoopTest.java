package dev.bailiwick.agent.reconcile;

import static dev.bailiwick.agent.reconcile.Definitions.definition;
import static dev.bailiwick.agent.reconcile.Definitions.id;
import static dev.bailiwick.agent.reconcile.Definitions.kept;
import static dev.bailiwick.agent.reconcile.Definitions.state;
import static dev.bailiwick.agent.reconcile.Definitions.stopped;
import static dev.bailiwick.agent.reconcile.Definitions.withName;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.kernel.JailEnd.Ending;
import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.jail.report.Phase;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CrashLoopTest {

    private final SimulatedHost host = SimulatedHost.startedWith(state(1, kept(1)));

    @Test
    void startsAgainWhereNobodyCanFindOutWhyItEnded() {
        host.kernel.loseEvidence();
        host.kernel.end(id(1), new Ending.Exited(127));
        host.workers.work();

        assertThat(host.last(id(1)).phase()).isEqualTo(Phase.RUNNING);
        assertThat(host.reasons(id(1)))
                .as("what the status says, without the output")
                .containsExactly("InitExited", "CommandNotFound");
    }

    @Test
    void startsAtOnceTheFirstTime() {
        crash();

        assertThat(host.last(id(1)).phase()).isEqualTo(Phase.RUNNING);
        assertThat(host.last(id(1)).restarts()).isOne();
        assertThat(host.reasons(id(1))).containsExactly("InitExited");
    }

    @Test
    void waitsLongerEveryTimeUpToFiveMinutes() {
        List<Long> waits = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            Instant ended = host.clock.instant();
            crash();
            while (!host.kernel.isRunning(id(1))) {
                host.pass(Duration.ofSeconds(1));
            }
            waits.add(Duration.between(ended, host.clock.instant()).toSeconds());
        }

        assertThat(waits).containsExactly(0L, 1L, 2L, 4L, 8L, 16L, 32L, 64L, 128L, 256L, 300L, 300L);
        assertThat(host.last(id(1)).restarts()).isEqualTo(12);
    }

    @Test
    void isLeftAloneWhereTheKernelIsAsItShouldBe() {
        host.pass(Reconciler.OBSERVE_EVERY);
        int before = host.workers.submitted;

        host.pass(Reconciler.OBSERVE_EVERY.multipliedBy(10));

        assertThat(host.workers.submitted).isEqualTo(before);
    }

    @Test
    void saysHowItEndedAndWhenItTriesAgain() {
        crash();
        crash();

        assertThat(host.last(id(1)).phase()).isEqualTo(Phase.BACKING_OFF);
        assertThat(host.last(id(1)).initPid()).isEmpty();
        assertThat(host.last(id(1)).conditions().getFirst().message())
                .isEqualTo("init exited with status 1 after 0.0 s; is started again at 1 November 2026, 12:00:01 UTC");
    }

    @Test
    void holdsNothingInTheKernelWhileItWaits() {
        crash();
        crash();

        assertThat(host.kernel.jail(id(1))).isEmpty();
    }

    @Test
    void forgetsCrashesOnceItHasRunForTenMinutes() {
        crash();
        crash();
        host.pass(Duration.ofSeconds(1));
        host.pass(Duration.ofMinutes(10));
        assertThat(host.last(id(1)).conditions()).isEmpty();

        crash();

        assertThat(host.kernel.isRunning(id(1))).as("started at once again").isTrue();
    }

    @Test
    void triesAtOnceWhenTheDefinitionChanges() {
        crash();
        crash();

        host.accept(state(2, kept(1, 2, withName(definition(1), "other"))));

        assertThat(host.last(id(1)).phase()).isEqualTo(Phase.RUNNING);
        assertThat(host.last(id(1)).restarts()).isZero();
    }

    @Test
    void staysDownWhenAStopIsWantedMeanwhile() {
        crash();
        crash();

        host.accept(state(2, stopped(1, 2)));
        host.pass(Duration.ofMinutes(1));

        assertThat(host.last(id(1)).phase()).isEqualTo(Phase.STOPPED);
        assertThat(host.kernel.jail(id(1))).isEmpty();
    }

    @Test
    void noticesAnEndThatCameBeforeTheStartWasDone() {
        host.kernel.duringNextStart(() -> host.kernel.end(id(2), new Ending.Exited(1)));

        host.accept(state(2, kept(1), kept(2)));

        assertThat(host.kernel.isRunning(id(2))).as("started again").isTrue();
        assertThat(host.last(id(2)).restarts()).isOne();
    }

    @Test
    void noticesAnEndThatNobodyHasReported() {
        host.kernel.loseEnds();
        host.kernel.end(id(1), new Ending.Exited(1));

        host.pass(Duration.ofSeconds(33));

        assertThat(host.kernel.isRunning(id(1))).isTrue();
        assertThat(host.reconciler.correctedInconsistencies()).isOne();
    }

    @Test
    void triesAFailedStartAgainAfterAWhile() {
        host.kernel.refuse(id(2), KernelRefusal.transientFailure("OutOfMemory", "clone3: ENOMEM"));
        host.accept(state(2, kept(1), kept(2)));
        assertThat(host.last(id(2)).phase()).as("its program has not run").isEqualTo(Phase.REFUSED);
        assertThat(host.reasons(id(2))).containsExactly("OutOfMemory");

        host.kernel.permit(id(2));
        host.pass(Duration.ofSeconds(1));

        assertThat(host.last(id(2)).phase()).isEqualTo(Phase.RUNNING);
        assertThat(host.last(id(2)).conditions()).isEmpty();
    }

    @Test
    void refusesForGoodWhatTheKernelRefusesForGood() {
        host.kernel.refuse(id(2), KernelRefusal.permanent("PathLeavesBase", "the path leaves /jails"));
        host.accept(state(2, kept(1), kept(2)));
        host.pass(Duration.ofMinutes(4));

        assertThat(host.last(id(2)).phase()).isEqualTo(Phase.REFUSED);
        assertThat(host.calls(id(2))).containsExactly("start");
        host.kernel.permit(id(2));
        host.pass(Duration.ofMinutes(1));
        assertThat(host.last(id(2)).phase()).as("tried again slowly").isEqualTo(Phase.RUNNING);
    }

    private void crash() {
        host.kernel.end(id(1), new Ending.Exited(1));
        host.workers.work();
    }
}
