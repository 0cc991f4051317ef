package dev.bailiwick.agent.kernel.freebsd;

import static dev.bailiwick.agent.kernel.freebsd.RecordingLibrary.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.agent.kernel.JailEnd;
import dev.bailiwick.agent.kernel.JailEnd.Ending;
import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.HostFacts;
import dev.bailiwick.jail.HostFacts.Capability;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.Limits;
import dev.bailiwick.jail.RootPath;
import dev.bailiwick.jail.policy.Policy;
import dev.bailiwick.jail.process.Command;
import dev.bailiwick.jail.syscall.Profile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole life of a jail in calls of FreeBSD, as the recording library saw them. */
class FreeBsdKernelTest {

    private static final String FINGERPRINT = "00";

    private final JailId id = new JailId(UUID.randomUUID());
    private final String name = "bailiwick_test-" + id;
    private final BlockingQueue<JailEnd> ends = new LinkedBlockingQueue<>();
    private RecordedHost host;
    private FreeBsdKernel kernel;

    @BeforeEach
    void open(@TempDir Path directory) throws Exception {
        host = new RecordedHost(directory);
        kernel = host.open();
        kernel.onEnd(ends::add);
    }

    @AfterEach
    void close() {
        kernel.release(id);
        kernel.close();
    }

    @Test
    void makesAJailInThisOrderAndUnmakesIt() throws Exception {
        Limits limits = new Limits(OptionalLong.of(64L << 20), OptionalInt.of(10), OptionalInt.of(500));
        kernel.start(id, 1, FINGERPRINT, definition(limits, "/bin/sh", "-c", "sleep 100"));
        kernel.kill(id);
        assertThat(end().ending()).contains(new Ending.Killed(9));
        kernel.release(id);

        assertThat(host.library.calls())
                .filteredOn(call -> !call.startsWith("jail_get"))
                .extracting(FreeBsdKernelTest::firstWord)
                .startsWith(
                        "nmount",
                        "jail_set",
                        "rctl_remove_rule",
                        "rctl_add_rule",
                        "rctl_add_rule",
                        "rctl_add_rule",
                        "jail_attach",
                        "jail_remove")
                .endsWith("rctl_remove_rule", "unmount");
        assertThat(host.library.calls("jail_attach")).containsExactly("jail_attach 1");
        assertThat(host.library.calls("rctl_add_rule"))
                .anyMatch(call -> call.contains(text("jail:" + name + ":maxproc:deny=10")));
        assertThat(host.library.calls("unmount")).containsExactly("unmount " + host.root() + "/dev 524288");
        assertThat(host.ifconfigCalls())
                .containsExactly(
                        "lo0 inet 198.18.0.5/32 alias",
                        "lo0 inet6 fdb1:1::5/128 alias",
                        "lo0 inet 198.18.0.5/32 -alias",
                        "lo0 inet6 fdb1:1::5/128 -alias");
    }

    @Test
    void mountsTheDevicesOfJailsAndNoOthers() {
        kernel.start(id, 1, FINGERPRINT, host.definition("/bin/sh", "-c", "sleep 100"));

        assertThat(host.library.pairs("nmount"))
                .containsExactly(
                        "fstype=" + text("devfs"),
                        "fspath=" + text(host.root() + "/dev"),
                        "from=" + text("devfs"),
                        "ruleset=" + text("4"),
                        "errmsg=" + "00".repeat(1024));
    }

    @Test
    void leavesNothingOfAStartThatTheKernelRefused() throws Exception {
        host.library.failNext("jail_set", 48, "IPv4 addresses clash");

        assertThatThrownBy(() -> kernel.start(id, 1, FINGERPRINT, host.definition("/bin/sh")))
                .isInstanceOfSatisfying(KernelRefusal.class, refusal -> {
                    assertThat(refusal.isPermanent()).isFalse();
                    assertThat(refusal.detail()).isEqualTo("jail_set " + name + ": EADDRINUSE (IPv4 addresses clash)");
                });

        assertThat(kernel.observe()).isEmpty();
        assertThat(host.ifconfigCalls()).hasSize(4).last().asString().endsWith("-alias");
        assertThat(host.library.calls("unmount")).hasSize(1);
    }

    @Test
    void leavesNoJailWhereNobodyCouldEnter() {
        host.library.failNext("jail_attach", 1, "");

        assertThatThrownBy(() -> kernel.start(id, 1, FINGERPRINT, host.definition("/bin/sh")))
                .isInstanceOf(KernelRefusal.class)
                .hasMessage("jail_attach jail 1: EPERM");

        assertThat(kernel.observe()).isEmpty();
        assertThat(host.library.calls("jail_remove")).hasSize(1);
    }

    @Test
    void tellsThatTheProgramIsNotThere() {
        assertThatThrownBy(() -> kernel.start(id, 1, FINGERPRINT, host.definition("/no/such/program")))
                .isInstanceOf(KernelRefusal.class)
                .hasMessage("execve /no/such/program: ENOENT");
    }

    @Test
    void startsTheInitWithItsOwnEnvironmentSessionAndNoDescriptorOfTheAgents() throws Exception {
        Command command = new Command(
                List.of(
                        "/bin/sh",
                        "-c",
                        "env | sort; ls /proc/self/fd | wc -l; cut -d' ' -f6 /proc/$$/stat | grep -qx $$ && echo leads"),
                Map.of("JAVA_TOOL_OPTIONS", "-XshowSettings", "LD_DEBUG", "none"));
        kernel.start(id, 1, FINGERPRINT, host.definition(command, Policy.of(Profile.HOSTING), Limits.NONE));
        end();

        assertThat(Files.readAllLines(host.layout.logDirectory().resolve(id + ".log")))
                .contains("container=bailiwick", "HOME=/root", "JAVA_TOOL_OPTIONS=-XshowSettings", "leads")
                // Three streams, and the directory that ls reads.
                .contains("4")
                .noneMatch(line -> line.startsWith("Picked up"));
    }

    @Test
    void refusesARootThatLedElsewhereByTheTimeTheKernelLooked() throws IOException {
        host.library.move(Path.of("/etc"));

        assertThatThrownBy(() -> kernel.start(id, 1, FINGERPRINT, host.definition("/bin/sh")))
                .isInstanceOf(KernelRefusal.class)
                .hasMessage("the root path " + host.root() + " led to /etc");
        assertThat(host.library.calls("jail_attach")).isEmpty();
        assertThat(host.library.calls("jail_remove")).hasSize(1);
    }

    @Test
    void refusesARootThatIsALink() throws IOException {
        Path elsewhere = Files.createDirectory(host.layout.rootBase().resolve("elsewhere"));
        Files.delete(host.root());
        Files.createSymbolicLink(host.root(), elsewhere);

        assertThatThrownBy(() -> kernel.start(id, 1, FINGERPRINT, host.definition("/bin/sh")))
                .isInstanceOf(KernelRefusal.class)
                .hasMessageContaining("through the symbolic link " + host.root());
        assertThat(host.library.calls("jail_set")).isEmpty();
    }

    @Test
    void keepsAllThatWasWrittenBeforeTheEnd() throws Exception {
        kernel.start(id, 1, FINGERPRINT, host.definition("/bin/sh", "-c", "seq 1 100000; echo done"));
        end();

        assertThat(host.layout.logDirectory().resolve(id + ".log"))
                .content()
                .startsWith("1\n2\n")
                .endsWith("99999\n100000\ndone\n");
    }

    @Test
    void mountsNothingOnALink() throws IOException {
        Files.createSymbolicLink(host.root().resolve("dev"), Path.of("/tmp"));

        assertThatThrownBy(() -> kernel.start(id, 1, FINGERPRINT, host.definition("/bin/sh")))
                .isInstanceOf(KernelRefusal.class)
                .hasMessageContaining("is not a directory");
        assertThat(host.library.calls("nmount")).isEmpty();
    }

    @Test
    void refusesWhatItHasReportedAsUnenforceable() {
        JailDefinition strict = host.definition(Command.of("/bin/sh"), Policy.of(Profile.STRICT2002), Limits.NONE);

        assertThatThrownBy(() -> kernel.start(id, 1, FINGERPRINT, strict))
                .isInstanceOf(KernelRefusal.class)
                .hasMessageContaining("/policy/profile is not available on this host");
        assertThat(host.library.calls("jail_set")).isEmpty();
    }

    @Test
    void refusesLimitsWhereResourcesAreNotCounted() {
        assertThat(kernel.facts().capabilities()).contains(Capability.available("racct"));
        host.library.forgets("kern.racct.enable");

        Limits limits = new Limits(OptionalLong.empty(), OptionalInt.of(10), OptionalInt.empty());
        assertThat(kernel.facts().unmet(definition(limits, "/bin/sh")))
                .hasSize(1)
                .first()
                .asString()
                .contains("/limits/processes", "kern.racct.enable=1");
    }

    @Test
    void saysWhatTheHostIs() {
        HostFacts facts = kernel.facts();

        assertThat(facts.operatingSystem()).isEqualTo("FreeBSD 15.0-RELEASE");
        assertThat(facts.architecture()).isEqualTo("amd64");
        assertThat(facts.memoryBytes()).isEqualTo(8L << 30);
        assertThat(facts.bootId()).isEqualTo("1700000000");
    }

    @Test
    void deletesFilesAndFollowsNothing() throws IOException {
        Path kept = Files.writeString(host.layout.rootBase().resolve("kept"), "kept");
        Files.createDirectories(host.root().resolve("a/b"));
        Files.createSymbolicLink(host.root().resolve("a/link"), kept);

        kernel.deleteFiles(id, new RootPath(host.root().toString()), new Base.Directory());
        kernel.deleteFiles(id, new RootPath(host.root().toString()), new Base.Directory());

        assertThat(host.root()).doesNotExist();
        assertThat(kept).hasContent("kept");
    }

    @Test
    void removesAJailWhoseInitHasEndedWithWhatStillRanInIt() throws Exception {
        kernel.start(id, 1, FINGERPRINT, host.definition("/bin/sh", "-c", "sleep 100 & exit 3"));

        assertThat(end()).isEqualTo(new JailEnd(id, Optional.of(new Ending.Exited(3))));
        assertThat(host.library.calls("jail_remove")).containsExactly("jail_remove 1");
        assertThat(kernel.observe()).hasSize(1).noneMatch(jail -> jail.isRunning());
    }

    private JailDefinition definition(Limits limits, String... argv) {
        return host.definition(new Command(List.of(argv), Map.of()), Policy.of(Profile.HOSTING), limits);
    }

    private JailEnd end() throws InterruptedException {
        JailEnd end = ends.poll(60, TimeUnit.SECONDS);
        assertThat(end).as("the listener is notified within 20 s").isNotNull();
        return end;
    }

    private static String firstWord(String line) {
        return line.split(" ", 2)[0];
    }
}
