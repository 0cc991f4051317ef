package dev.bailiwick.agent.reconcile;

import static dev.bailiwick.agent.reconcile.Definitions.definition;
import static dev.bailiwick.agent.reconcile.Definitions.id;
import static dev.bailiwick.agent.reconcile.Definitions.kept;
import static dev.bailiwick.agent.reconcile.Definitions.removed;
import static dev.bailiwick.agent.reconcile.Definitions.state;
import static dev.bailiwick.agent.reconcile.Definitions.stopped;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.kernel.JailEnd.Ending;
import dev.bailiwick.agent.reconcile.plan.Backoff;
import dev.bailiwick.agent.reconcile.plan.LastFailure;
import dev.bailiwick.jail.desired.DesiredJail.FilesFate;
import dev.bailiwick.jail.desired.DesiredState;
import dev.bailiwick.jail.process.RestartPolicy;
import dev.bailiwick.jail.process.RestartPolicy.Mode;
import dev.bailiwick.jail.report.Phase;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the next agent knows of the last end of a jail. */
class LastEndTest {

    private SimulatedHost host = SimulatedHost.startedWith(state(1, kept(1)));

    @TempDir
    private Path directory;

    @Test
    void nextAgentSaysThatAStoppedJailWasKilled() {
        host.kernel.ignoreTerminate(id(1));
        host.accept(state(2, stopped(1, 2)));
        host.pass(Duration.ofSeconds(10));
        nextAgent(state(2, stopped(1, 2)));

        assertThat(host.last(id(1)).phase()).isEqualTo(Phase.STOPPED);
        assertThat(host.reasons(id(1))).containsExactly("KilledAtDeadline");

        host.reboot(state(2, stopped(1, 2)));
        assertThat(host.reasons(id(1))).containsExactly("KilledAtDeadline");

        host.accept(state(3, kept(1, 3, definition(1))));
        assertThat(host.reasons(id(1))).isEmpty();
    }

    @Test
    void nextAgentSaysForTenMinutesThatARestartedJailWasKilled() {
        DesiredState restarted = state(2, kept(1, 2, definition(1).withIncarnation(1)));
        host.kernel.ignoreTerminate(id(1));
        host.accept(restarted);
        host.pass(Duration.ofSeconds(10));
        host.pass(Duration.ofMinutes(9));
        nextAgent(restarted);

        assertThat(host.reasons(id(1))).containsExactly("KilledAtDeadline");
        host.pass(Duration.ofMinutes(1));
        assertThat(host.reasons(id(1))).isEmpty();
    }

    @Test
    void nextAgentKnowsTheRestartsAndWhyTheLastRunEnded() {
        end(new Ending.Exited(127));
        end(new Ending.Exited(127));
        assertThat(host.last(id(1)).phase()).isEqualTo(Phase.BACKING_OFF);
        Instant since = host.last(id(1)).conditions().getFirst().since();
        nextAgent(state(1, kept(1)));

        assertThat(host.last(id(1)).phase()).as("it waits as long as before").isEqualTo(Phase.BACKING_OFF);
        assertThat(host.last(id(1)).restarts()).isEqualTo(2);
        assertThat(host.reasons(id(1))).containsExactly("InitExited", "CommandNotFound");
        assertThat(host.last(id(1)).conditions().getFirst().since()).isEqualTo(since);

        host.pass(Duration.ofSeconds(1));
        assertThat(host.last(id(1)).phase()).isEqualTo(Phase.RUNNING);
        nextAgent(state(1, kept(1)));
        assertThat(host.reasons(id(1))).containsExactly("InitExited", "CommandNotFound");
        end(new Ending.Exited(1));
        assertThat(host.last(id(1)).restarts()).isEqualTo(3);
        host.pass(Duration.ofSeconds(1));
        assertThat(host.last(id(1)).phase()).as("the wait grows").isEqualTo(Phase.BACKING_OFF);
    }

    @Test
    void anAgentAfterEachEndPermitsNoMoreRestartsInARow() {
        DesiredState limited = limited(3);
        for (int i = 0; i < 3; i++) {
            end(new Ending.Exited(1));
            nextAgent(limited);
            host.pass(Duration.ofSeconds(10));
            assertThat(host.kernel.isRunning(id(1))).as("start " + i).isTrue();
            nextAgent(limited);
        }
        end(new Ending.Exited(1));

        assertThat(host.last(id(1)).phase()).isEqualTo(Phase.STOPPED);
        assertThat(host.reasons(id(1))).containsExactly("RestartLimitReached");
        nextAgent(limited);
        assertThat(host.reasons(id(1))).containsExactly("RestartLimitReached");
        assertThat(host.last(id(1)).restarts()).isEqualTo(3);
    }

    @Test
    void countsAnEndThatNobodySawAmongThoseInARow() {
        DesiredState limited = limited(1);
        end(new Ending.Exited(1));
        assertThat(host.kernel.isRunning(id(1))).isTrue();
        host.pass(Duration.ofSeconds(1));
        host.killAgent();
        host.kernel.end(id(1), new Ending.Exited(1));
        host.startNextAgent(limited);
        assertThat(host.reasons(id(1))).containsExactly("RestartLimitReached");
    }

    @Test
    void aJailThatWasSwitchedOffFromInsideStaysOff() {
        end(new Ending.Halted());
        nextAgent(state(1, kept(1)));
        host.pass(Duration.ofHours(1));

        assertThat(host.last(id(1)).phase()).isEqualTo(Phase.STOPPED);
        assertThat(host.reasons(id(1))).containsExactly("HaltedItself");
        host.accept(state(2, kept(1, 2, definition(1).withIncarnation(1))));
        assertThat(host.last(id(1)).phase()).isEqualTo(Phase.RUNNING);
    }

    @Test
    void writesNothingForStartsAndForStopsThatWereAskedFor() {
        host.accept(state(2, stopped(1, 2)));
        host.accept(state(3, kept(1, 3, definition(1))));
        host.accept(state(4, removed(1, 4, FilesFate.KEPT)));

        assertThat(host.ends.writes()).isZero();
    }

    @Test
    void keepsNoRecordOfAJailThatIsGone() {
        end(new Ending.Exited(1));
        assertThat(host.ends.count()).isOne();
        host.accept(state(2, removed(1, 2, FilesFate.DELETED)));
        assertThat(host.ends.count()).isZero();

        host = SimulatedHost.startedWith(state(1, kept(1)));
        end(new Ending.Exited(1));
        host.reboot(DesiredState.NONE);
        assertThat(host.ends.count()).isZero();
    }

    @Test
    void stopsAndStartsAgainWhereTheEndCannotBeRecorded() {
        host.ends.fill();
        end(new Ending.Exited(1));
        assertThat(host.last(id(1)).phase()).isEqualTo(Phase.RUNNING);
        assertThat(host.reasons(id(1))).contains("InitExited");
        host.kernel.ignoreTerminate(id(1));
        host.accept(state(2, stopped(1, 2)));
        host.pass(Duration.ofSeconds(10));
        assertThat(host.last(id(1)).phase()).isEqualTo(Phase.STOPPED);
    }

    /** A clock that was set back must not make a jail wait for years. */
    @Test
    void waitsNoLongerThanTheLongestWait() {
        end(new Ending.Exited(1));
        LastEnd known = host.ends.find(id(1)).orElseThrow();
        Instant early = known.failure().orElseThrow().retryAt().minus(Duration.ofDays(1000));

        LastFailure read = known.history(Optional.empty(), early).lastFailure().orElseThrow();
        assertThat(read.retryAt()).isEqualTo(early.plus(Backoff.MAX));
    }

    @Test
    void readsWhatItHasWrittenAndTakesAnythingElseForNothing() throws IOException {
        end(new Ending.Killed(11));
        LastEnd known = host.ends.find(id(1)).orElseThrow();
        LastEndFiles first = new LastEndFiles(directory);
        for (int n = 1; n <= 4; n++) {
            first.put(id(n), known);
        }
        first.remove(id(2));
        Path files = directory.resolve("last-ends");
        Path unfinished = Files.writeString(files.resolve("." + id(5) + ".new"), "format=1");
        Files.writeString(files.resolve(id(6).toString()), "");
        Files.writeString(files.resolve(id(7).toString()), "format=2\ngoal=stop 1\n");
        Files.writeString(files.resolve(id(8).toString()), "format=1\ngoal=\\u12");
        String cut = Files.readString(files.resolve(id(1).toString()), StandardCharsets.ISO_8859_1);
        Files.writeString(files.resolve(id(9).toString()), cut.substring(0, cut.length() / 2));

        Files.createDirectories(files.resolve(id(10).toString()).resolve("copy"));
        Files.createDirectories(files.resolve("lost+found").resolve("#12"));
        Files.createSymbolicLink(files.resolve(id(11).toString()), Path.of("nowhere"));

        LastEndFiles next = new LastEndFiles(directory);
        assertThat(next.find(id(1))).contains(known);
        for (int n : new int[] {2, 5, 6, 7, 8, 9}) {
            assertThat(next.find(id(n))).as("jail " + n).isEmpty();
        }
        assertThat(unfinished).doesNotExist();

        next.removeAllBut(Set.of(id(3)));
        assertThat(new LastEndFiles(directory).find(id(3))).contains(known);
        assertThat(new LastEndFiles(directory).find(id(4))).isEmpty();
    }

    private DesiredState limited(int limit) {
        RestartPolicy policy = new RestartPolicy(Mode.ALWAYS, OptionalInt.of(limit));
        DesiredState limited = state(1, kept(1, 1, definition(1).with(policy)));
        host = SimulatedHost.startedWith(limited);
        return limited;
    }

    private void nextAgent(DesiredState wanted) {
        host.killAgent();
        host.startNextAgent(wanted);
    }

    private void end(Ending ending) {
        host.kernel.end(id(1), ending);
        host.workers.work();
    }
}
