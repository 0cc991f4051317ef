package dev.bailiwick.agent.kernel.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.agent.kernel.DefinitionVariant;
import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.policy.Policy;
import dev.bailiwick.jail.process.Command;
import dev.bailiwick.jail.process.CommandUser;
import dev.bailiwick.jail.process.Execution;
import dev.bailiwick.jail.process.FirstProcess;
import dev.bailiwick.jail.process.WorkingDirectory;
import dev.bailiwick.jail.question.CommandOutput;
import dev.bailiwick.jail.question.CommandRun;
import dev.bailiwick.jail.question.HostAnswer.CommandEnd;
import dev.bailiwick.jail.question.HostAnswer.How;
import dev.bailiwick.jail.syscall.Profile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Commands beside the first process of a running jail. */
@NeedsRoot
class CommandsTest extends OneHostTest {

    private static final Duration WAIT = Duration.ofSeconds(60);

    private static int jails;

    private JailId id;

    @BeforeEach
    void startAJail() throws Exception {
        id = host.newId();
    }

    private JailDefinition sleeping() throws Exception {
        return host.definition("commands-" + ++jails, "/bin/sleep", "1000");
    }

    private CommandEnd shell(String script) {
        return shell(script, Optional.empty(), WorkingDirectory.ROOT, "", Duration.ofSeconds(20));
    }

    private CommandEnd shell(
            String script, Optional<CommandUser> user, WorkingDirectory directory, String input, Duration limit) {
        Command command = new Command(List.of("/bin/sh", "-c", script), Map.of("GREETING", "hello"));
        return host.kernel.run(new CommandRun(id, command, user, directory, input, limit));
    }

    @Test
    void saysWhatTheCommandWroteAndHowItEnded() throws Exception {
        host.start(id, sleeping());

        CommandEnd end = shell(
                "echo $GREETING; echo oops >&2; cat; exit 7",
                Optional.empty(),
                WorkingDirectory.ROOT,
                "typed\n",
                Duration.ofSeconds(20));

        assertThat(end.how()).isEqualTo(new How.Exited(7));
        assertThat(end.output().text()).isEqualTo("hello\ntyped\n");
        assertThat(end.errors().text()).isEqualTo("oops\n");
        assertThat(shell("kill -9 $$").how()).isEqualTo(new How.Killed(9));
    }

    @ParameterizedTest
    @EnumSource(Profile.class)
    void hasTheConfinementOfTheFirstProcess(Profile profile) throws Exception {
        JailDefinition definition =
                DefinitionVariant.of(sleeping()).policy(Policy.of(profile)).definition();
        host.start(id, definition);
        String status =
                "grep -E '^(Uid|Gid|Groups|CapInh|CapPrm|CapEff|CapBnd|CapAmb|NoNewPrivs|Seccomp)' /proc/%s/status;"
                        + " for n in user mnt pid net uts ipc cgroup; do readlink /proc/%s/ns/$n; done; cat /proc/%s/cgroup /proc/%s/oom_score_adj;"
                        + " grep -E 'core|files|Max processes' /proc/%s/limits";

        CommandEnd command = shell(status.replace("%s", "$$"));
        CommandEnd init = shell(status.replace("%s", "1"));

        assertThat(command.how()).as(command.errors().text()).isEqualTo(new How.Exited(0));
        assertThat(command.output().text()).isEqualTo(init.output().text()).contains("Seccomp:\t2");
        CommandEnd self = shell("""
                id -u; hostname; pwd; umask; ls -m /proc/self/fd; echo $PATH
                [ "$(cut -d' ' -f 5,6 /proc/$$/stat)" = "$$ $$" ] && echo leads a session
                grep -E '^Sig(Blk|Ign)' /proc/self/status""");
        assertThat(self.output().text()).isEqualTo("0\n" + definition.hostname() + """

                        /
                        0022
                        0, 1, 2, 3
                        /usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
                        leads a session
                        SigBlk:\t0000000000000000
                        SigIgn:\t0000000000000000
                        """);
        assertThat(self.errors().text()).isEmpty();
    }

    @Test
    void isTheUserThatItShouldBeAndNeverRootInstead() throws Exception {
        host.start(id, sleeping());
        String who = "id -u; id -g; echo $USER; pwd; echo written >/dev/stdout";

        CommandEnd named = shell(
                who,
                Optional.of(CommandUser.parse("www-data")),
                new WorkingDirectory("/var"),
                "",
                Duration.ofSeconds(20));
        CommandEnd numbered = shell(
                who, Optional.of(CommandUser.parse("4711:4712")), WorkingDirectory.ROOT, "", Duration.ofSeconds(20));
        CommandEnd unknown = shell(
                who, Optional.of(CommandUser.parse("nobody-knows")), WorkingDirectory.ROOT, "", Duration.ofSeconds(20));

        assertThat(named.output().text()).isEqualTo("33\n33\nwww-data\n/var\nwritten\n");
        assertThat(numbered.output().text()).isEqualTo("4711\n4712\n\n/\nwritten\n");
        assertThat(unknown.how()).isInstanceOfSatisfying(How.Refused.class, refused -> {
            assertThat(refused.reason()).isEqualTo("UserUnknown");
            assertThat(refused.why()).contains("nobody-knows");
        });
    }

    @Test
    void runsAtOnceInAJailForWhoseStartItWaits() throws Exception {
        JailDefinition definition = sleeping();
        try (ExecutorService threads = Executors.newCachedThreadPool()) {
            Future<CommandEnd> waiting = threads.submit(() -> {
                host.kernel.awaitStart(id, WAIT);
                return shell("echo here");
            });
            host.start(id, definition);
            assertThat(waiting.get(WAIT.toSeconds(), TimeUnit.SECONDS).output().text())
                    .isEqualTo("here\n");
        }
        host.kernel.awaitStart(id, Duration.ofDays(1));
    }

    @Test
    void waitsNoLongerForAStartThatHasFailed() throws Exception {
        JailDefinition definition = host.definition("commands-" + ++jails, "/bin/nothing");
        try (ExecutorService threads = Executors.newCachedThreadPool()) {
            Future<CommandEnd> waiting = threads.submit(() -> {
                host.kernel.awaitStart(id, Duration.ofDays(1));
                return shell("true");
            });
            // Each start that fails ends the wait, also if the first of them was over before it began.
            while (!waiting.isDone()) {
                assertThatThrownBy(() -> host.start(id, definition)).isInstanceOf(KernelRefusal.class);
            }
            assertThat(waiting.get().how()).isEqualTo(new How.Refused("JailNotRunning", "the jail does not run"));
        }
        host.kernel.awaitStart(id, Duration.ofMillis(1));
    }

    @Test
    void isRefusedWithTheReason() throws Exception {
        assertThat(shell("true").how()).isEqualTo(new How.Refused("JailNotRunning", "the jail does not run"));
        host.start(id, sleeping());
        Command missing = new Command(List.of("/bin/nothing"), Map.of());
        CommandRun run =
                new CommandRun(id, missing, Optional.empty(), WorkingDirectory.ROOT, "", Duration.ofSeconds(20));
        assertThat(host.kernel.run(run).how())
                .isInstanceOfSatisfying(
                        How.Refused.class, refused -> assertThat(refused.why()).contains("/bin/nothing"));
        Command agents = new Command(List.of("/proc/self/exe"), Map.of());
        assertThat(host.kernel
                        .run(new CommandRun(
                                id, agents, Optional.empty(), WorkingDirectory.ROOT, "", Duration.ofSeconds(20)))
                        .how())
                .isInstanceOf(How.Refused.class);
        assertThat(shell("true", Optional.empty(), new WorkingDirectory("/nowhere"), "", Duration.ofSeconds(20))
                        .how())
                .isInstanceOfSatisfying(
                        How.Refused.class, refused -> assertThat(refused.why()).contains("/nowhere"));
        host.kernel.kill(id);
        host.awaitEnd();
        assertThat(shell("true").how()).isInstanceOf(How.Refused.class);
    }

    @Test
    void isKilledAtItsLimitWithItsGroupAndDoesNotWaitForWhatItLeavesBehind() throws Exception {
        host.start(
                id,
                DefinitionVariant.of(sleeping())
                        .execution(Execution.PLAIN.with(FirstProcess.INIT))
                        .definition());

        CommandEnd late = shell(
                "echo begun; sleep 1000 & sleep 1000",
                Optional.empty(),
                WorkingDirectory.ROOT,
                "",
                Duration.ofSeconds(3));
        CommandEnd leaving = shell(
                "setsid sleep 1000 & until grep -q sleep /proc/$!/comm; do :; done; echo left",
                Optional.empty(),
                WorkingDirectory.ROOT,
                "",
                Duration.ofSeconds(20));

        assertThat(late.how()).isEqualTo(new How.TimedOut());
        assertThat(late.output().text()).isEqualTo("begun\n");
        assertThat(leaving.how()).isEqualTo(new How.Exited(0));
        assertThat(leaving.output().text()).isEqualTo("left\n");
        assertThat(shell("until [ $(pgrep -c sleep) = 2 ]; do :; done").how())
                .as("of the first process, and what the other command left behind")
                .isEqualTo(new How.Exited(0));
    }

    @Test
    void keepsTheBeginningOfALongOutputAndGivesALongInput() throws Exception {
        host.start(id, sleeping());

        CommandEnd end = shell(
                "head -c 3000000 /dev/zero; wc -c >&2",
                Optional.empty(),
                WorkingDirectory.ROOT,
                "x".repeat(CommandRun.MAX_INPUT_BYTES),
                Duration.ofSeconds(20));

        assertThat(end.how()).isEqualTo(new How.Exited(0));
        assertThat(end.output().isCut()).isTrue();
        assertThat(end.output().bytes()).hasSize(CommandOutput.MAX_BYTES);
        assertThat(end.errors().text()).isEqualTo(CommandRun.MAX_INPUT_BYTES + "\n");
        // Nobody reads the input.
        assertThat(shell(
                                "exec <&-; exit 3",
                                Optional.empty(),
                                WorkingDirectory.ROOT,
                                "x".repeat(200_000),
                                Duration.ofSeconds(20))
                        .how())
                .isEqualTo(new How.Exited(3));
    }

    @Test
    void runsAFewAtATimeInOneJail() throws Exception {
        host.start(id, sleeping());
        // Who waits in the kernel holds a carrier of virtual threads, of which there may be two.
        try (ExecutorService callers = Executors.newCachedThreadPool()) {
            List<Future<CommandEnd>> ends = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                ends.add(callers.submit(
                        () -> shell("sleep 100", Optional.empty(), WorkingDirectory.ROOT, "", Duration.ofSeconds(6))));
            }
            List<How> how = new ArrayList<>();
            for (Future<CommandEnd> end : ends) {
                how.add(end.get().how());
            }
            assertThat(how).filteredOn(new How.TimedOut()::equals).hasSize(4);
            assertThat(how)
                    .filteredOn(How.Refused.class::isInstance)
                    .containsOnly(new How.Refused("TooManyCommands", "4 commands run in the jail already"))
                    .hasSize(2);
        }
        assertThat(shell("true").how()).isEqualTo(new How.Exited(0));
    }

    /** A jail that manages its own cgroups can freeze the one that a command enters. */
    @Test
    void isKilledIfTheJailFreezesIt() throws Exception {
        host.start(
                id,
                DefinitionVariant.of(sleeping())
                        .policy(Policy.of(Profile.SYSTEM))
                        .definition());
        String frozen = "/sys/fs/cgroup/frozen";
        CommandEnd prepared = shell(
                "mkdir " + frozen + " && echo 1 >" + frozen + "/cgroup.procs && echo 1 >" + frozen + "/cgroup.freeze");
        assertThat(prepared.how()).as(prepared.errors().text()).isEqualTo(new How.Exited(0));

        assertThat(shell("true").how())
                .isInstanceOfSatisfying(
                        How.Refused.class, refused -> assertThat(refused.why()).contains("ETIMEDOUT"));
        host.kernel.kill(id);
        host.awaitEnd();
    }

    private static long descriptors() throws Exception {
        try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
            return all.count();
        }
    }

    @Test
    void leavesNothingBehind() throws Exception {
        host.start(id, sleeping());
        List<Long> counts = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            for (int j = 0; j < 10; j++) {
                assertThat(shell("true").how()).isEqualTo(new How.Exited(0));
            }
            counts.add(descriptors());
        }
        // Meanwhile the agent prepares sandboxes, which have descriptors; a command that left one would add ten each
        // time.
        assertThat(counts.getLast() - counts.get(3)).isLessThan(10);
        assertThat(shell("ls -d /proc/[0-9]* | wc -l").output().text()).isEqualTo("4\n");
    }
}
