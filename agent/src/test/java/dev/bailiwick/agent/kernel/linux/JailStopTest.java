package dev.bailiwick.agent.kernel.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.kernel.DefinitionVariant;
import dev.bailiwick.agent.kernel.JailEnd;
import dev.bailiwick.agent.kernel.linux.syscall.Constants;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.policy.Policy;
import dev.bailiwick.jail.process.StopSignal;
import dev.bailiwick.jail.syscall.Profile;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How a jail is asked to stop, and killed, on the running kernel. */
@NeedsRoot
class JailStopTest extends OneHostTest {

    @Test
    void terminatesAnInitThatListens() throws Exception {
        JailId id = host.newId();
        host.start(
                id,
                host.definition(
                        "listening",
                        "/bin/sh",
                        "-c",
                        "trap 'exit 7' TERM; echo ready; while :; do sleep 0.05 & wait; done"));
        host.awaitLog(id, "ready");
        host.kernel.terminate(id);
        assertThat(host.awaitEnd().ending()).contains(new JailEnd.Ending.Exited(7));
    }

    /** Like PostgreSQL, which waits for its clients after TERM, and nginx, which drops its clients' requests. */
    @ParameterizedTest
    @EnumSource(StopSignal.class)
    void asksWithTheSignalThatTheProgramWants(StopSignal signal) throws Exception {
        JailId id = host.newId();
        String others = Stream.of(StopSignal.values())
                .filter(other -> other != signal)
                .map(other -> name(other) + " => sub { print qq(another signal\\n) }")
                .collect(Collectors.joining(", "));
        host.start(
                id,
                host.definition(
                        "asked-" + signal.name().toLowerCase(Locale.ROOT),
                        "/usr/bin/perl",
                        "-e",
                        "$| = 1; %SIG = (" + others + ", " + name(signal)
                                + " => sub { print qq(asked\\n); exit 7 }); print qq(ready\\n); select undef, undef, undef, 1 while 1"));
        host.awaitLog(id, "ready");

        host.kernel.terminate(id, signal);

        assertThat(host.awaitEnd().ending()).contains(new JailEnd.Ending.Exited(7));
        assertThat(host.logOf(id)).isEqualTo("ready\nasked\n");
    }

    private static String name(StopSignal signal) {
        return signal == StopSignal.HALT ? "NUM37" : signal.text();
    }

    /** As for a shell without a handler that waits for the server. */
    @Test
    void asksTheOthersWithThatSignalToo() throws Exception {
        JailId id = host.newId();
        host.start(
                id,
                host.definition(
                        "wrapped",
                        "/bin/sh",
                        "-c",
                        "/bin/sh -c 'trap \"echo quit; exit 0\" QUIT; echo ready; while :; do sleep 0.05; done'; echo over"));
        host.awaitLog(id, "ready");
        host.kernel.terminate(id, StopSignal.QUIT);
        host.awaitEnd();
        assertThat(host.logOf(id)).contains("quit\n").endsWith("over\n");
    }

    @Test
    void endsAtOnceAnInitThatNeverSaidWhatToDoWhenAsked() throws Exception {
        JailId id = host.newId();
        host.start(id, host.definition("deaf", "/bin/sleep", "100"));
        host.kernel.terminate(id);
        assertThat(host.awaitEnd())
                .isEqualTo(new JailEnd(id, Optional.of(new JailEnd.Ending.Killed(Constants.SIGKILL))));
    }

    private static final String SERVER = "trap 'echo asked; exit 7' TERM; while :; do sleep 0.05 & wait; done";

    /**
     * The stop comes while a start script runs: the request ends the process that the script waits for, and must also reach the server
     * that follows.
     */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "sh -c 'echo ready; exec sleep 100'; exec sh -c \"$1\"",
                "sh -c 'echo ready; exec sleep 100'; sh -c \"$1\"; exit $?",
                "sh -c 'echo ready; exec sleep 100'; exec perl -e 'select undef, undef, undef, 0.4; exec qw(/bin/sh -c), $ARGV[0]' \"$1\"",
                "sh -c 'echo ready; exec sleep 100'; eval \"$1\"",
                "trap 'echo early' TERM; echo ready; sleep 0.3; exec sh -c \"$1\""
            })
    void asksTheServerThatAStartScriptExecutesAfterTheRequest(String script) throws Exception {
        JailId id = host.newId();
        host.start(id, host.definition("starting", "/bin/sh", "-c", script, "sh", SERVER));
        host.awaitLog(id, "ready");
        host.kernel.terminate(id);
        assertThat(host.awaitEnd()).isEqualTo(new JailEnd(id, Optional.of(new JailEnd.Ending.Exited(7))));
        assertThat(host.logOf(id)).containsOnlyOnce("asked");
    }

    @Test
    void asksEachProgramOfAnInitOnce() throws Exception {
        JailId id = host.newId();
        host.start(
                id,
                host.definition(
                        "counting",
                        "/usr/bin/perl",
                        "-e",
                        "$| = 1; $SIG{TERM} = sub { $n++ }; print qq(ready\n); select undef, undef, undef, 0.1 until $n;"
                                + " select undef, undef, undef, 0.1 for 1 .. 10; print qq($n\n)"));
        host.awaitLog(id, "ready");
        host.kernel.terminate(id);
        host.awaitEnd();
        assertThat(host.logOf(id)).isEqualTo("ready\n1\n");
    }

    @Test
    void leavesAnInitThatTurnsTheRequestAway() throws Exception {
        JailId id = host.newId();
        host.start(id, host.definition("stubborn", "/bin/sh", "-c", "trap '' TERM; echo ready; exec sleep 100"));
        host.awaitLog(id, "ready");
        host.kernel.terminate(id);
        assertThat(host.kernel.observe())
                .singleElement()
                .satisfies(jail -> assertThat(jail.isRunning()).isTrue());
    }

    /** A Go program has a handler for each signal, also in the profile of systemd. */
    @ParameterizedTest
    @EnumSource(Profile.class)
    void asksAProgramThatHandlesEverySignalAsItsDefinitionSays(Profile profile) throws Exception {
        JailId id = host.newId();
        JailDefinition plain = host.definition(
                "handling",
                "/usr/bin/perl",
                "-e",
                "$| = 1; $SIG{\"NUM$_\"} = sub { print qq(no signal of mine\n) } for 35 .. 63; $SIG{TERM} = sub { exit 7 };"
                        + " print qq(ready\n); select undef, undef, undef, 1 while 1");
        host.start(id, DefinitionVariant.of(plain).policy(Policy.of(profile)).definition());
        host.awaitLog(id, "ready");
        host.kernel.terminate(id);
        assertThat(host.awaitEnd().ending()).contains(new JailEnd.Ending.Exited(7));
        assertThat(host.logOf(id)).isEqualTo("ready\n");
    }

    /** Like a server that lets nothing interrupt its first steps. */
    @Test
    void asksAgainAnInitThatIgnoredTheRequestAndListensLater() throws Exception {
        JailId id = host.newId();
        host.start(
                id,
                host.definition(
                        "busy",
                        "/usr/bin/perl",
                        "-e",
                        "$| = 1; $SIG{TERM} = 'IGNORE'; print qq(ready\n); select undef, undef, undef, 0.3;"
                                + " $SIG{TERM} = sub { $n++ }; select undef, undef, undef, 0.1 until $n;"
                                + " select undef, undef, undef, 0.1 for 1 .. 3; print qq($n\n); exit 7"));
        host.awaitLog(id, "ready");
        host.kernel.terminate(id);
        assertThat(host.awaitEnd().ending()).contains(new JailEnd.Ending.Exited(7));
        assertThat(host.logOf(id)).isEqualTo("ready\n1\n");
    }

    @Test
    void asksTheOthersWhereTheInitNeverSaidWhatToDo() throws Exception {
        JailId id = host.newId();
        host.start(
                id,
                host.definition(
                        "wrapped",
                        "/bin/sh",
                        "-c",
                        "/bin/sh -c \"trap 'exit 7' TERM; echo ready; while :; do sleep 0.05 & wait; done\"; exit $?"));
        host.awaitLog(id, "ready");
        host.kernel.terminate(id);
        assertThat(host.awaitEnd()).isEqualTo(new JailEnd(id, Optional.of(new JailEnd.Ending.Exited(7))));
    }

    @Test
    void asksTheOthersWhereTheInitBlocksASignalForAMoment() throws Exception {
        JailId id = host.newId();
        host.start(id, host.definition("blocking", "/bin/sh", "-c", """
                        sh -c 'trap "exit 7" TERM; while :; do sleep 0.05 & wait; done' & exec perl -MPOSIX -MTime::HiRes=time -e '
                          my $all = POSIX::SigSet->new; $all->fillset; my $old = POSIX::SigSet->new;
                          sigprocmask(SIG_SETMASK, $all, $old); $| = 1; print "ready\n";
                          my $end = time + 0.3; 1 while time < $end;
                          sigprocmask(SIG_SETMASK, $old); wait; exit $? >> 8'"""));
        host.awaitLog(id, "ready");
        host.kernel.terminate(id);
        assertThat(host.awaitEnd()).isEqualTo(new JailEnd(id, Optional.of(new JailEnd.Ending.Exited(7))));
    }

    @Test
    void endsAnInitWhoseNameIsNoText() throws Exception {
        JailId id = host.newId();
        // prctl(2), PR_SET_NAME: the kernel shows a name unchanged, except line ends and backslashes.
        String script = "$| = 1; $0 = qq(\\xff\\tSigCgt:\\t\\xfe); print qq(named\\n); sleep 100";
        host.start(id, host.definition("named", "/usr/bin/perl", "-e", script));
        host.awaitLog(id, "named");
        host.kernel.terminate(id);
        assertThat(host.awaitEnd().jail()).isEqualTo(id);
    }

    @Test
    void killsAForkingJailWhole() throws Exception {
        JailId id = host.newId();
        host.start(id, host.definition("forking", "/bin/sh", "-c", "while :; do sleep 100 & sleep 0.01; done"));
        host.kernel.kill(id);
        host.awaitEnd();
        host.kernel.release(id);
        assertThat(host.kernel.observe()).isEmpty();
    }
}
