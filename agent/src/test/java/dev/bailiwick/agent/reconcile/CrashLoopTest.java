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

    private final Scene scene = Scene.startedWith(state(1, kept(1)));

    @Test
    void startsAtOnceTheFirstTime() {
        crash();

        assertThat(scene.last(id(1)).phase()).isEqualTo(Phase.RUNNING);
        assertThat(scene.last(id(1)).restarts()).isOne();
        assertThat(scene.reasons(id(1))).containsExactly("InitExited");
    }

    @Test
    void waitsLongerEveryTimeUpToFiveMinutes() {
        List<Long> waits = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            Instant ended = scene.clock.instant();
            crash();
            while (!scene.kernel.isRunning(id(1))) {
                scene.pass(Duration.ofSeconds(1));
            }
            waits.add(Duration.between(ended, scene.clock.instant()).toSeconds());
        }

        assertThat(waits).containsExactly(0L, 1L, 2L, 4L, 8L, 16L, 32L, 64L, 128L, 256L, 300L, 300L);
        assertThat(scene.last(id(1)).restarts()).isEqualTo(12);
    }

    @Test
    void isLeftAloneWhereTheKernelIsAsItShouldBe() {
        scene.pass(Reconciler.OBSERVE_EVERY);
        int before = scene.workers.submitted;

        scene.pass(Reconciler.OBSERVE_EVERY.multipliedBy(10));

        assertThat(scene.workers.submitted).isEqualTo(before);
    }

    @Test
    void saysHowItEndedAndWhenItTriesAgain() {
        crash();
        crash();

        assertThat(scene.last(id(1)).phase()).isEqualTo(Phase.BACKING_OFF);
        assertThat(scene.last(id(1)).initPid()).isEmpty();
        assertThat(scene.last(id(1)).conditions().getFirst().message())
                .isEqualTo("init exited with status 1 after 0.0 s; next start at 1 November 2026, 12:00:01 UTC");
    }

    @Test
    void holdsNothingInTheKernelWhileItWaits() {
        crash();
        crash();

        assertThat(scene.kernel.jail(id(1))).isEmpty();
    }

    @Test
    void forgetsCrashesOnceItHasRunForTenMinutes() {
        crash();
        crash();
        scene.pass(Duration.ofSeconds(1));
        scene.pass(Duration.ofMinutes(10));
        assertThat(scene.last(id(1)).conditions()).isEmpty();

        crash();

        assertThat(scene.kernel.isRunning(id(1))).as("started at once again").isTrue();
    }

    @Test
    void triesAtOnceWhenTheDefinitionChanges() {
        crash();
        crash();

        scene.accept(state(2, kept(1, 2, withName(definition(1), "other"))));

        assertThat(scene.last(id(1)).phase()).isEqualTo(Phase.RUNNING);
        assertThat(scene.last(id(1)).restarts()).isZero();
    }

    @Test
    void staysDownWhenAStopIsWantedMeanwhile() {
        crash();
        crash();

        scene.accept(state(2, stopped(1, 2)));
        scene.pass(Duration.ofMinutes(1));

        assertThat(scene.last(id(1)).phase()).isEqualTo(Phase.STOPPED);
        assertThat(scene.kernel.jail(id(1))).isEmpty();
    }

    @Test
    void noticesAnEndThatCameBeforeTheStartWasDone() {
        scene.kernel.duringNextStart(() -> scene.kernel.end(id(2), new Ending.Exited(1)));

        scene.accept(state(2, kept(1), kept(2)));

        assertThat(scene.kernel.isRunning(id(2))).as("started again").isTrue();
        assertThat(scene.last(id(2)).restarts()).isOne();
    }

    @Test
    void noticesAnEndOfWhichNobodyTold() {
        scene.kernel.loseEnds();
        scene.kernel.end(id(1), new Ending.Exited(1));

        scene.pass(Duration.ofSeconds(33));

        assertThat(scene.kernel.isRunning(id(1))).isTrue();
        assertThat(scene.reconciler.correctedInconsistencies()).isOne();
    }

    @Test
    void triesAFailedStartAgainAfterAWhile() {
        scene.kernel.refuse(id(2), KernelRefusal.transientFailure("OutOfMemory", "clone3: ENOMEM"));
        scene.accept(state(2, kept(1), kept(2)));
        assertThat(scene.last(id(2)).phase()).as("its program has not run").isEqualTo(Phase.REFUSED);
        assertThat(scene.reasons(id(2))).containsExactly("OutOfMemory");

        scene.kernel.permit(id(2));
        scene.pass(Duration.ofSeconds(1));

        assertThat(scene.last(id(2)).phase()).isEqualTo(Phase.RUNNING);
        assertThat(scene.last(id(2)).conditions()).isEmpty();
    }

    @Test
    void refusesForGoodWhatTheKernelRefusesForGood() {
        scene.kernel.refuse(id(2), KernelRefusal.permanent("PathLeavesBase", "the path leaves /jails"));
        scene.accept(state(2, kept(1), kept(2)));
        scene.pass(Duration.ofMinutes(4));

        assertThat(scene.last(id(2)).phase()).isEqualTo(Phase.REFUSED);
        assertThat(scene.calls(id(2))).containsExactly("start");
        scene.kernel.permit(id(2));
        scene.pass(Duration.ofMinutes(1));
        assertThat(scene.last(id(2)).phase()).as("tried again slowly").isEqualTo(Phase.RUNNING);
    }

    private void crash() {
        scene.kernel.end(id(1), new Ending.Exited(1));
        scene.workers.work();
    }
}
