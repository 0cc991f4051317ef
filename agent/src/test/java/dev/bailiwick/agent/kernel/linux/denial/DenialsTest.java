package dev.bailiwick.agent.kernel.linux.denial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.bailiwick.agent.kernel.DefinitionVariant;
import dev.bailiwick.agent.kernel.linux.NeedsRoot;
import dev.bailiwick.agent.kernel.linux.TestHost;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.policy.OverrideDecision;
import dev.bailiwick.jail.policy.Policy;
import dev.bailiwick.jail.policy.PolicyOverride;
import dev.bailiwick.jail.report.Denial;
import dev.bailiwick.jail.report.DenialAnswer.Failed;
import dev.bailiwick.jail.report.DenialAnswer.Logged;
import dev.bailiwick.jail.syscall.Architecture;
import dev.bailiwick.jail.syscall.Errno;
import dev.bailiwick.jail.syscall.Profile;
import dev.bailiwick.jail.syscall.SyscallTable;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The agent counts denied calls of jails and knows which jail made them, even when nothing of the jail is left. */
@NeedsRoot
class DenialsTest {

    private TestHost host;
    private HeardRecords heard;

    @BeforeEach
    void open() throws IOException {
        host = TestHost.countingDenials();
        heard = new HeardRecords(host.layout);
        // The kernel sends a record to the latest listener first: what has been heard here, the agent has too.
        host.restartAgent();
    }

    @AfterEach
    void close() throws IOException {
        heard.close();
        host.close();
    }

    @Test
    void countsPerJailCallAndErrorAlsoWhenTheJailHasEnded() throws Exception {
        JailId first = run(host.definition("first", perl(times(7, "init_module"), times(3, "io_uring_setup"))), 10);
        JailId second = run(host.definition("second", perl(times(2, "init_module"))), 2);

        List<Denial> denials = host.kernel.denials();
        assertThat(count(denials, first, "init_module", Errno.EPERM)).isEqualTo(7);
        assertThat(count(denials, first, "io_uring_setup", Errno.ENOSYS)).isEqualTo(3);
        assertThat(count(denials, second, "init_module", Errno.EPERM)).isEqualTo(2);
        assertThat(host.kernel.denials()).isEmpty();
    }

    @Test
    void sumsUpNumbersThatNoCallHas() throws Exception {
        JailId id = run(host.definition("odd", perl("syscall($_) for 1000..1019;")), 20);
        assertThat(count(host.kernel.denials(), id, Denial.UNKNOWN, Errno.ENOSYS))
                .isEqualTo(20);
    }

    @Test
    void seesWhatAnOverrideOnlyWatches() throws Exception {
        JailDefinition plain = host.definition("watched", perl(times(4, "getppid")));
        JailId id = run(under(plain, "getppid", new OverrideDecision.Log()), 4);
        assertThat(host.kernel.denials().stream()
                        .filter(d -> d.jail().equals(id) && d.call().equals("getppid")))
                .singleElement()
                .satisfies(denial -> {
                    assertThat(denial.answer()).isEqualTo(new Logged());
                    assertThat(denial.count()).isEqualTo(4);
                });
    }

    /** This policy allows 0 and 0x20000, the watched one only 0; this policy already denies 0x40000. */
    @Test
    void seesOfArgumentsWhatTheWatchedPolicyWouldRefuse() throws Exception {
        JailDefinition plain = host.definition(
                "argued",
                perl(
                        times(3, "personality", "0x20000"),
                        times(5, "personality", "0"),
                        times(2, "personality", "0x40000")));
        JailId id = run(under(plain, "personality", OverrideDecision.parse("watch:strict2002")), 5);
        List<Denial> denials = host.kernel.denials().stream()
                .filter(d -> d.jail().equals(id) && d.call().equals("personality"))
                .toList();
        assertThat(denials)
                .extracting(Denial::answer, Denial::count)
                .containsExactlyInAnyOrder(tuple(new Logged(), 3L), tuple(new Failed(Errno.EPERM), 2L));
    }

    @Test
    void nextAgentKnowsTheErrorsOfJailsItAdopts() throws Exception {
        JailId id = host.newId();
        JailDefinition waiting = under(
                host.definition("adopted", perl("$SIG{TERM} = sub {", times(5, "getppid"), "exit }; sleep 1 while 1;")),
                "getppid",
                new OverrideDecision.Deny("EDOM"));
        host.start(id, waiting);
        host.restartAgent();
        host.kernel.observe();
        awaitHandler(id);
        host.kernel.terminate(id);
        host.awaitEnd();
        heard.await(5);
        assertThat(count(host.kernel.denials(), id, "getppid", Errno.EDOM)).isEqualTo(5);
    }

    @Test
    void tellsEachRunByThePolicyItHad() throws Exception {
        JailDefinition definition = host.definition("changed", perl(times(1, "getppid")));
        JailId id = host.newId();
        for (String errno : List.of("EDOM", "ERANGE", "ERANGE")) {
            host.start(id, under(definition, "getppid", new OverrideDecision.Deny(errno)));
            host.awaitEnd();
            heard.await(1);
            host.kernel.release(id);
        }
        List<Denial> denials = host.kernel.denials();
        assertThat(count(denials, id, "getppid", Errno.EDOM)).isEqualTo(1);
        assertThat(count(denials, id, "getppid", Errno.ERANGE)).isEqualTo(2);
    }

    @Test
    void countsNothingForCallsThatAreAllowedOrMadeOutside() throws Exception {
        new ProcessBuilder(perl(times(5, "init_module"))).inheritIO().start().waitFor();
        JailId id = run(host.definition("allowed", perl(times(50, "getppid"), times(1, "io_uring_setup"))), 1);
        assertThat(host.kernel.denials())
                .extracting(Denial::jail, Denial::call, Denial::count)
                .containsExactly(tuple(id, "io_uring_setup", 1L));
    }

    /** Runs a jail until it has ended and the kernel has reported this number of blocked calls. */
    private JailId run(JailDefinition definition, int calls) throws InterruptedException {
        JailId id = host.newId();
        host.start(id, definition);
        host.awaitEnd();
        heard.await(calls);
        host.kernel.release(id);
        return id;
    }

    /** Waits until perl has reached its loop; an earlier TERM would end it silently. */
    private void awaitHandler(JailId id) throws IOException {
        int pid = host.kernel.observe().stream()
                .filter(jail -> jail.id().equals(id))
                .findFirst()
                .orElseThrow()
                .initPid()
                .orElseThrow();
        long sigterm = 1L << 14;
        long deadline = System.nanoTime() + TestHost.PATIENCE.toNanos();
        while ((caught(pid) & sigterm) == 0) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    private static long caught(int pid) throws IOException {
        return java.nio.file.Files.readAllLines(java.nio.file.Path.of("/proc", Integer.toString(pid), "status"))
                .stream()
                .filter(line -> line.startsWith("SigCgt:"))
                .mapToLong(line -> Long.parseUnsignedLong(
                        line.substring("SigCgt:".length()).strip(), 16))
                .findFirst()
                .orElse(0);
    }

    private static long count(List<Denial> denials, JailId jail, String call, Errno errno) {
        return denials.stream()
                .filter(d -> d.jail().equals(jail)
                        && d.call().equals(call)
                        && d.answer().equals(new Failed(errno)))
                .mapToLong(Denial::count)
                .sum();
    }

    private static String[] perl(String... script) {
        return new String[] {"/usr/bin/perl", "-e", String.join(" ", script)};
    }

    private static String times(int times, String call) {
        return times(times, call, "0");
    }

    private static String times(int times, String call, String argument) {
        int number = SyscallTable.linux()
                .find(call)
                .orElseThrow()
                .number(Architecture.host())
                .orElseThrow();
        return "syscall(%d, %s, 0, 0) for 1..%d;".formatted(number, argument, times);
    }

    private static JailDefinition under(JailDefinition definition, String call, OverrideDecision decision) {
        Policy policy = new Policy(
                Profile.HOSTING, List.of(new PolicyOverride(call, decision, "test", "ada", Optional.empty())));
        return DefinitionVariant.of(definition).policy(policy).definition();
    }
}
