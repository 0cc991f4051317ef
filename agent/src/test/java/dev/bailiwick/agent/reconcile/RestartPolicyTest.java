package dev.bailiwick.agent.reconcile;

import static dev.bailiwick.agent.reconcile.Definitions.definition;
import static dev.bailiwick.agent.reconcile.Definitions.id;
import static dev.bailiwick.agent.reconcile.Definitions.kept;
import static dev.bailiwick.agent.reconcile.Definitions.removed;
import static dev.bailiwick.agent.reconcile.Definitions.state;
import static dev.bailiwick.agent.reconcile.Definitions.withHostname;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.kernel.JailEnd.Ending;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.Labels;
import dev.bailiwick.jail.WantedState;
import dev.bailiwick.jail.desired.DesiredJail.FilesFate;
import dev.bailiwick.jail.desired.DesiredState;
import dev.bailiwick.jail.process.RestartPolicy;
import dev.bailiwick.jail.process.RestartPolicy.Mode;
import dev.bailiwick.jail.report.Phase;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** Whether a jail is started again after its init has ended by itself. */
class RestartPolicyTest {

    private static final RestartPolicy ON_FAILURE = new RestartPolicy(Mode.ON_FAILURE, OptionalInt.empty());
    private static final RestartPolicy NEVER = new RestartPolicy(Mode.NEVER, OptionalInt.empty());

    private SimulatedHost host = new SimulatedHost();
    private DesiredState wanted = DesiredState.NONE;

    @Test
    void takesExitZeroForTheEndUnlessTheJailAlwaysRuns() {
        for (RestartPolicy policy : new RestartPolicy[] {ON_FAILURE, NEVER}) {
            begin(policy);
            host.pass(Duration.ofSeconds(3));
            end(new Ending.Exited(0));
            host.pass(Duration.ofHours(1));

            assertThat(host.last(id(1)).phase()).isEqualTo(Phase.STOPPED);
            assertThat(host.last(id(1)).restarts())
                    .as("it was never started again")
                    .isZero();
            assertThat(host.reasons(id(1))).containsExactly("Completed");
            assertThat(host.last(id(1)).conditions().getFirst().message())
                    .startsWith("init exited with status 0 after 3.0 s; not started again")
                    .contains(policy.mode().text());
            assertThat(host.kernel.jail(id(1))).as("nothing is held for it").isEmpty();
        }

        begin(RestartPolicy.ALWAYS);
        end(new Ending.Exited(0));
        assertThat(host.last(id(1)).phase()).isEqualTo(Phase.RUNNING);
        assertThat(host.runs.count()).as("no file for a jail that always runs").isZero();
    }

    @Test
    void startsAFailureAgainUnlessTheJailNeverIs() {
        begin(ON_FAILURE);
        end(new Ending.Exited(1));
        assertThat(host.last(id(1)).phase()).isEqualTo(Phase.RUNNING);
        end(new Ending.Killed(11));
        assertThat(host.last(id(1)).phase()).isEqualTo(Phase.BACKING_OFF);

        begin(NEVER);
        end(new Ending.Exited(1));
        assertThat(host.last(id(1)).phase()).isEqualTo(Phase.STOPPED);
        assertThat(host.reasons(id(1))).containsExactly("Ended");

        begin(NEVER);
        host.pass(Duration.ofMinutes(1));
        end(new Ending.Rebooted());
        assertThat(host.reasons(id(1))).as("not even if it asks for it").containsExactly("Ended");
    }

    @Test
    void staysEndedAfterAsManyRestartsInARowAsItMayHave() {
        for (Mode mode : new Mode[] {Mode.ALWAYS, Mode.ON_FAILURE}) {
            begin(new RestartPolicy(mode, OptionalInt.of(3)));
            for (int i = 0; i < 3; i++) {
                end(new Ending.Exited(1));
                host.pass(Duration.ofSeconds(10));
                assertThat(host.kernel.isRunning(id(1))).isTrue();
            }
            end(new Ending.Exited(1));
            host.pass(Duration.ofHours(1));

            assertThat(host.last(id(1)).phase()).isEqualTo(Phase.STOPPED);
            assertThat(host.reasons(id(1))).containsExactly("RestartLimitReached");
            assertThat(host.last(id(1)).conditions().getFirst().message())
                    .startsWith("init exited with status 1 after ")
                    .contains("started again 3 times in a row (restartLimit 3)");
        }
    }

    @Test
    void saysWhyAJailThatStaysEndedFailed() {
        begin(NEVER);
        end(new Ending.Exited(127));
        assertThat(host.reasons(id(1))).containsExactly("Ended", "CommandNotFound");

        begin(new RestartPolicy(Mode.ALWAYS, OptionalInt.of(1)));
        end(new Ending.Exited(127));
        end(new Ending.Killed(11));
        assertThat(host.reasons(id(1))).containsExactly("RestartLimitReached", "Crashed");
    }

    @Test
    void countsAfreshOnceItHasRunForTenMinutes() {
        begin(new RestartPolicy(Mode.ON_FAILURE, OptionalInt.of(1)));
        for (int i = 0; i < 5; i++) {
            host.pass(Duration.ofMinutes(11));
            end(new Ending.Exited(1));
            host.pass(Duration.ofMinutes(6));
            assertThat(host.kernel.isRunning(id(1))).isTrue();
        }
        end(new Ending.Exited(1));
        assertThat(host.reasons(id(1))).containsExactly("RestartLimitReached");
    }

    /** As the server defines it: a start gives such a jail another incarnation. */
    @Test
    void countsAfreshAfterAStartByAUser() {
        JailDefinition limited = begin(new RestartPolicy(Mode.ON_FAILURE, OptionalInt.of(1)));
        end(new Ending.Exited(1));
        end(new Ending.Exited(1));
        assertThat(host.reasons(id(1))).containsExactly("RestartLimitReached");

        want(2, limited.started());
        assertThat(host.last(id(1)).phase()).isEqualTo(Phase.RUNNING);
        assertThat(host.last(id(1)).conditions()).isEmpty();
        assertThat(host.runs.count()).isZero();
        end(new Ending.Exited(1));
        assertThat(host.kernel.isRunning(id(1))).as("the first restart").isTrue();
        end(new Ending.Exited(1));
        assertThat(host.reasons(id(1))).containsExactly("RestartLimitReached");
    }

    @Test
    void staysEndedWhereAChangeWouldRestartNothing() {
        JailDefinition once = begin(NEVER);
        end(new Ending.Exited(0));

        want(2, once.with(new Labels(Map.of("team", "web"))));
        assertThat(host.last(id(1)).generation()).isEqualTo(2);
        assertThat(host.reasons(id(1))).containsExactly("Completed");

        want(3, withHostname(once, "other").with(NEVER));
        assertThat(host.last(id(1)).phase()).as("it runs what it has not run").isEqualTo(Phase.RUNNING);
    }

    @Test
    void followsAnotherPolicyAtOnce() {
        JailDefinition limited = begin(new RestartPolicy(Mode.ON_FAILURE, OptionalInt.of(1)));
        end(new Ending.Exited(1));
        end(new Ending.Exited(1));
        assertThat(host.reasons(id(1))).containsExactly("RestartLimitReached");

        want(2, limited.with(RestartPolicy.ALWAYS));
        assertThat(host.last(id(1)).phase()).isEqualTo(Phase.RUNNING);

        int pid = host.last(id(1)).initPid().orElseThrow();
        want(3, limited.with(NEVER));
        assertThat(host.last(id(1)).initPid()).as("restarts nothing").hasValue(pid);
        end(new Ending.Exited(0));
        assertThat(host.reasons(id(1))).containsExactly("Completed");
    }

    @Test
    void staysEndedUnderTheNextAgentAndAfterAReboot() {
        begin(ON_FAILURE);
        end(new Ending.Exited(0));
        host.killAgent();
        host.startNextAgent(wanted);
        assertThat(host.reasons(id(1))).containsExactly("Completed");

        host.reboot(wanted);
        host.pass(Duration.ofHours(1));
        assertThat(host.last(id(1)).phase()).isEqualTo(Phase.STOPPED);
        assertThat(host.last(id(1)).conditions().getFirst().message()).contains("exited with status 0");
    }

    /** The reboot has ended it; it has not ended by itself. */
    @Test
    void runsAgainAfterARebootOfItsHostUnlessItMustNotRunTwice() {
        begin(ON_FAILURE);
        host.reboot(wanted);
        assertThat(host.last(id(1)).phase()).isEqualTo(Phase.RUNNING);

        begin(NEVER);
        host.reboot(wanted);
        assertThat(host.last(id(1)).phase()).isEqualTo(Phase.STOPPED);
        assertThat(host.reasons(id(1))).containsExactly("Ended");
        assertThat(host.last(id(1)).conditions().getFirst().message()).contains("ended in an unknown way");
        assertThat(host.kernel.calls()).noneMatch(call -> call.startsWith("start"));
    }

    @Test
    void takesAnEndThatNobodySawForAFailure() {
        begin(ON_FAILURE);
        host.killAgent();
        host.kernel.end(id(1), new Ending.Exited(0));
        host.startNextAgent(wanted);
        assertThat(host.last(id(1)).phase()).isEqualTo(Phase.RUNNING);

        begin(NEVER);
        host.killAgent();
        host.kernel.end(id(1), new Ending.Exited(0));
        host.startNextAgent(wanted);
        assertThat(host.reasons(id(1))).containsExactly("Ended");
    }

    @Test
    void adoptsAJailThatMustNotRunTwice() {
        begin(NEVER);
        int pid = host.last(id(1)).initPid().orElseThrow();
        host.killAgent();
        host.startNextAgent(wanted);

        assertThat(host.last(id(1)).phase()).isEqualTo(Phase.RUNNING);
        assertThat(host.last(id(1)).initPid()).hasValue(pid);
        assertThat(host.last(id(1)).conditions()).isEmpty();
    }

    @Test
    void restartsWhereAskedTo() {
        JailDefinition once = begin(NEVER);
        want(2, once.withIncarnation(1));
        assertThat(host.last(id(1)).phase()).isEqualTo(Phase.RUNNING);
        assertThat(host.last(id(1)).generation()).isEqualTo(2);
    }

    @Test
    void forgetsTheEndOnceTheJailIsToBeStoppedOrRemoved() {
        JailDefinition once = begin(NEVER);
        end(new Ending.Exited(0));
        want(2, once.withWanted(WantedState.STOPPED));
        assertThat(host.last(id(1)).conditions()).isEmpty();
        assertThat(host.runs.count()).isZero();
        want(3, once);
        assertThat(host.last(id(1)).phase()).as("the same definition").isEqualTo(Phase.RUNNING);

        end(new Ending.Exited(0));
        assertThat(host.runs.count()).isOne();
        host.accept(state(9, removed(1, 4, FilesFate.DELETED)));
        assertThat(host.last(id(1)).phase()).isEqualTo(Phase.REMOVED);
        assertThat(host.runs.count()).isZero();
    }

    @Test
    void doesNotStartWhatMustNotRunTwiceWhileThatCannotBeRecorded() {
        host = new SimulatedHost();
        host.runs.fill();
        wanted = state(1, kept(1, 1, definition(1).with(NEVER)));
        host.reconciler.start(() -> DesiredState.NONE, host.reports::add);
        host.accept(wanted);
        assertThat(host.reasons(id(1))).containsExactly("EndNotRecorded");
        assertThat(host.kernel.calls()).isEmpty();

        host.runs.empty();
        host.pass(Duration.ofSeconds(10));
        assertThat(host.last(id(1)).phase()).isEqualTo(Phase.RUNNING);
    }

    private JailDefinition begin(RestartPolicy policy) {
        JailDefinition defined = definition(1).with(policy);
        wanted = state(1, kept(1, 1, defined));
        host = SimulatedHost.startedWith(wanted);
        return defined;
    }

    private void want(long generation, JailDefinition defined) {
        wanted = state(generation, kept(1, generation, defined));
        host.accept(wanted);
    }

    private void end(Ending ending) {
        host.kernel.end(id(1), ending);
        host.workers.work();
    }
}
