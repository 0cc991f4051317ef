package dev.bailiwick.agent.kernel.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.agent.kernel.HostFloor;
import dev.bailiwick.agent.kernel.JailLifecycle.Started;
import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.agent.kernel.linux.cgroup.Cgroups;
import dev.bailiwick.agent.kernel.linux.syscall.Constants;
import dev.bailiwick.agent.kernel.linux.syscall.SystemCall;
import dev.bailiwick.agent.reconcile.EndedRunFiles;
import dev.bailiwick.agent.reconcile.LastEndFiles;
import dev.bailiwick.agent.reconcile.Reconciler;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.desired.DesiredJail;
import dev.bailiwick.jail.desired.DesiredState;
import dev.bailiwick.jail.report.Condition;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.jail.report.Report;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Parts of running jails disappear, and parts of sandboxes that wait for a jail. */
@NeedsRoot
class UpkeepTest {

    private final BlockingQueue<JailId> damaged = new LinkedBlockingQueue<>();
    private final BlockingQueue<Report> reports = new LinkedBlockingQueue<>();
    private TestHost host;

    @BeforeEach
    void open() throws IOException {
        host = new TestHost();
        host.kernel.onDamage(damaged::add);
    }

    @AfterEach
    void close() throws IOException {
        host.close();
    }

    @Test
    void aLinkThatVanishesIsAConditionWithinSecondsAndThereAgainWithoutARestart() throws Exception {
        JailId id = host.newId();
        JailDefinition definition = lasting("linked");
        try (Reconciler reconciler = Reconciler.on(
                host.kernel,
                HostFloor.NONE,
                new EndedRunFiles(host.layout.stateDirectory()),
                new LastEndFiles(host.layout.stateDirectory()),
                Clock.systemUTC())) {
            reconciler.start(() -> wanted(id, definition), reports::add);
            Report running = awaitReport(report -> report.phase() == Phase.RUNNING);
            assertThat(answers(definition)).isTrue();

            ip("link", "del", linkOf(id));

            Report mended = awaitReport(report -> !report.conditions().isEmpty());
            assertThat(mended.conditions()).singleElement().satisfies(condition -> {
                assertThat(condition.reason()).isEqualTo("Mended");
                assertThat(condition.message()).contains("its network link was gone");
            });
            assertThat(mended.phase()).isEqualTo(Phase.RUNNING);
            assertThat(mended.initPid()).isEqualTo(running.initPid());
            assertThat(answers(definition)).isTrue();
            assertThat(inside(running.initPid().orElseThrow(), "-6", "route")).contains("default via fe80::1 dev eth0");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"link set LINK down", "route del V4", "-6 route del V6", "address del 169.254.1.1/32 dev LINK"})
    void whatIsTakenFromTheHostsSideIsNoticedAndRestored(String command) throws Exception {
        JailId id = host.newId();
        JailDefinition definition = lasting("routed");
        host.start(id, definition);
        assertThat(host.kernel.mend(id, definition))
                .as("missing parts of an undamaged jail")
                .isEmpty();

        ip(command.replace("LINK", linkOf(id))
                .replace("V4", definition.addresses().v4().orElseThrow().toString())
                .replace("V6", definition.addresses().v6().orElseThrow().toString())
                .split(" "));

        assertThat(damaged.poll(TestHost.PATIENCE.toMillis(), TimeUnit.MILLISECONDS))
                .isEqualTo(id);
        assertThat(host.kernel.mend(id, definition)).isNotEmpty();
        assertThat(answers(definition)).isTrue();
        assertThat(host.kernel.mend(id, definition)).isEmpty();
    }

    @Test
    void theGuardOfItsSourceAddressesIsRestored() throws Exception {
        JailId id = host.newId();
        JailDefinition definition = lasting("guarded");
        host.start(id, definition);

        run("tc", "qdisc", "del", "dev", linkOf(id), "ingress");

        assertThat(damaged.poll(TestHost.PATIENCE.toMillis(), TimeUnit.MILLISECONDS))
                .isEqualTo(id);
        assertThat(host.kernel.mend(id, definition)).containsExactly("the check of its source addresses");
        assertThat(run("tc", "filter", "show", "dev", linkOf(id), "ingress")).contains("bpf");
        assertThat(answers(definition)).isTrue();
    }

    @Test
    void whatVanishedWhileNoAgentWasThereIsFoundByTheNext() throws Exception {
        JailId id = host.newId();
        JailDefinition definition = lasting("orphan");
        host.start(id, definition);
        String link = linkOf(id);
        String fingerprint = fingerprintOf(id, definition);
        host.kernel.close();
        ip("link", "del", link);
        host.kernel = host.open();

        try (Reconciler reconciler = Reconciler.on(
                host.kernel,
                HostFloor.NONE,
                new EndedRunFiles(host.layout.stateDirectory()),
                new LastEndFiles(host.layout.stateDirectory()),
                Clock.systemUTC())) {
            assertThat(fingerprint).isNotEmpty();
            reconciler.start(() -> wanted(id, definition), reports::add);
            awaitReport(report -> report.phase() == Phase.RUNNING && has(report, "Mended"));
        }
        assertThat(answers(definition)).isTrue();
    }

    @Test
    void reportsAJailThatIsOutOfItsCgroup() throws Exception {
        JailId id = host.newId();
        JailDefinition definition = lasting("outside");
        Started started = host.start(id, definition);
        Path home = host.cgroupOf(id);
        int init = started.jail().initPid().orElseThrow();

        Files.writeString(Cgroups.mountPoint().resolve("cgroup.procs"), Integer.toString(init));
        host.kernel.inspect();

        assertThat(damaged.poll(TestHost.PATIENCE.toMillis(), TimeUnit.MILLISECONDS))
                .isEqualTo(id);
        assertThatThrownBy(() -> host.kernel.mend(id, definition))
                .isInstanceOf(KernelRefusal.class)
                .hasMessageContaining("outside of its cgroup");
        Files.writeString(home.resolve("cgroup.procs"), Integer.toString(init));
        assertThat(host.kernel.mend(id, definition)).isEmpty();
    }

    @Test
    void reportsAMissingMount() throws Exception {
        JailId id = host.newId();
        JailDefinition definition = lasting("unmounted");
        int init = host.start(id, definition).jail().initPid().orElseThrow();

        String unmount = "my $at = '/sys'; exit(syscall(" + SystemCall.UMOUNT2.number() + ", $at, "
                + Constants.MNT_DETACH + "))";
        run("nsenter", "--target", Integer.toString(init), "--mount", "perl", "-e", unmount);
        host.kernel.inspect();

        assertThat(damaged.poll(TestHost.PATIENCE.toMillis(), TimeUnit.MILLISECONDS))
                .isEqualTo(id);
        assertThatThrownBy(() -> host.kernel.mend(id, definition))
                .isInstanceOf(KernelRefusal.class)
                .hasMessageContaining("/sys");
    }

    /** Sandboxes created in advance lose their links; the next jails must start nevertheless, and at once. */
    @Test
    void jailsStartAtOnceThoughTheLinksOfAllSandboxesHaveGone() throws Exception {
        host.start(host.newId(), host.definition("first", "/bin/sleep", "100"));
        awaitSpares();
        for (String link : waitingLinks()) {
            ip("link", "del", link);
        }

        for (int i = 0; i < 4; i++) {
            JailDefinition definition = lasting("later-" + i);
            host.start(host.newId(), definition);
            assertThat(answers(definition)).isTrue();
        }
    }

    @Test
    void jailsStartAtOnceThoughTheProcessesOfAllSandboxesWereKilled() throws Exception {
        host.start(host.newId(), host.definition("first", "/bin/sleep", "100"));
        awaitSpares();
        for (String link : waitingLinks()) {
            Path cgroup = Cgroups.mountPoint().resolve(host.layout.cgroupName()).resolve(link.substring("bw".length()));
            Files.writeString(cgroup.resolve("cgroup.kill"), "1");
        }

        for (int i = 0; i < 4; i++) {
            JailDefinition definition = lasting("later-" + i);
            host.start(host.newId(), definition);
            assertThat(answers(definition)).isTrue();
        }
    }

    private JailDefinition lasting(String name) {
        return host.definition(name, "/bin/sh", "-c", "trap 'exit 0' TERM; while :; do sleep 0.05 & wait; done");
    }

    private static DesiredState wanted(JailId id, JailDefinition definition) {
        return new DesiredState(1, Map.of(id, new DesiredJail.Present(id, 1, definition)));
    }

    private String fingerprintOf(JailId id, JailDefinition definition) throws Exception {
        // Starts it as the reconciler does, so that the next reconciler finds what it expects.
        host.kernel.kill(id);
        host.awaitEnd();
        host.kernel.release(id);
        try (Reconciler reconciler = Reconciler.on(
                host.kernel,
                HostFloor.NONE,
                new EndedRunFiles(host.layout.stateDirectory()),
                new LastEndFiles(host.layout.stateDirectory()),
                Clock.systemUTC())) {
            reconciler.start(() -> wanted(id, definition), reports::add);
            awaitReport(report -> report.phase() == Phase.RUNNING);
        }
        reports.clear();
        return host.kernel.observe().getFirst().fingerprint();
    }

    private static boolean has(Report report, String reason) {
        return report.conditions().stream().map(Condition::reason).anyMatch(reason::equals);
    }

    private Report awaitReport(java.util.function.Predicate<Report> wanted) throws InterruptedException {
        long deadline = System.nanoTime() + TestHost.PATIENCE.toNanos();
        while (true) {
            Report report = reports.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (report == null) {
                throw new AssertionError("never reported");
            }
            if (wanted.test(report)) {
                return report;
            }
        }
    }

    private String linkOf(JailId id) throws IOException {
        return "bw" + host.cgroupOf(id).getFileName();
    }

    /** Returns the links of this host without a route: they wait for a jail. */
    private Set<String> waitingLinks() throws IOException {
        long first = host.layout.firstHostId() / 65_536;
        Set<String> routed = Files.readAllLines(Path.of("/proc/net/route")).stream()
                .map(line -> line.split("\t", -1)[0])
                .collect(Collectors.toSet());
        try (Stream<Path> links = Files.list(Path.of("/sys/class/net"))) {
            return links.map(link -> link.getFileName().toString())
                    .filter(name -> name.matches("bw[0-9]+"))
                    .filter(name -> Long.parseLong(name.substring(2)) >= first
                            && Long.parseLong(name.substring(2)) < first + host.layout.hostIdRanges())
                    .filter(name -> !routed.contains(name))
                    .collect(Collectors.toSet());
        }
    }

    private void awaitSpares() throws IOException {
        long deadline = System.nanoTime() + TestHost.PATIENCE.toNanos();
        while (waitingLinks().size() < 2) {
            assertThat(System.nanoTime()).as("sandboxes in advance").isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    private static boolean answers(JailDefinition definition) throws IOException {
        return InetAddress.getByAddress(
                                definition.addresses().v4().orElseThrow().bytes())
                        .isReachable(20_000)
                && InetAddress.getByAddress(
                                definition.addresses().v6().orElseThrow().bytes())
                        .isReachable(20_000);
    }

    private static String inside(int pid, String... command) throws Exception {
        return run(Stream.concat(
                        Stream.of("nsenter", "--target", Integer.toString(pid), "--net", "ip"), Stream.of(command))
                .toArray(String[]::new));
    }

    private static void ip(String... command) throws Exception {
        run(Stream.concat(Stream.of("ip"), Stream.of(command)).toArray(String[]::new));
    }

    private static String run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(process.waitFor())
                .as(String.join(" ", command) + ": " + said)
                .isZero();
        return said;
    }
}
