package dev.bailiwick.agent.kernel.linux.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.agent.kernel.DefinitionVariant;
import dev.bailiwick.agent.kernel.HostClaimed;
import dev.bailiwick.agent.kernel.HostLayout;
import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.agent.kernel.ObservedJail;
import dev.bailiwick.agent.kernel.linux.LinuxKernel;
import dev.bailiwick.agent.kernel.linux.NeedsRoot;
import dev.bailiwick.agent.kernel.linux.TestHost;
import dev.bailiwick.agent.kernel.linux.ids.IdRange;
import dev.bailiwick.agent.kernel.linux.syscall.Attributes;
import dev.bailiwick.agent.kernel.linux.syscall.Constants;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two agents on one machine, in one network namespace and one cgroup tree. */
@NeedsRoot
class HostClaimTest {

    private TestHost host;
    private Path elsewhere;

    @BeforeEach
    void open() throws IOException {
        host = new TestHost();
        elsewhere = Files.createTempDirectory(Path.of("/tmp"), "bailiwick-second-");
    }

    @AfterEach
    void close() throws Exception {
        host.close();
        new ProcessBuilder("rm", "-rf", elsewhere.toString()).start().waitFor();
    }

    @Test
    void aSecondAgentWithTheSameIdsIsRefusedAndTheFirstKeepsItsLinks() throws Exception {
        JailId id = host.newId();
        JailDefinition definition = host.definition("first", "/bin/sleep", "100");
        host.start(id, definition);
        int links = host.links();

        assertThatThrownBy(() -> new LinuxKernel(second(host.layout.firstHostId(), 10), Clock.systemUTC(), Set.of()))
                .isInstanceOf(HostClaimed.class)
                .hasMessageContaining("instance " + host.layout.cgroupName())
                .hasMessageContaining(host.layout.stateDirectory().toString())
                .hasMessageContaining("--first-host-id");

        assertThat(host.links()).isEqualTo(links).isPositive();
        assertThat(InetAddress.getByAddress(
                                definition.addresses().v4().orElseThrow().bytes())
                        .isReachable(20_000))
                .as("the first one's jail answers")
                .isTrue();
        assertThat(Cgroups.mountPoint()
                        .resolve(second(host.layout.firstHostId(), 10).cgroupName()))
                .as("the second instance's directory")
                .doesNotExist();
    }

    @Test
    void idsThatOverlapInTheMiddleAreRefusedToo() {
        long inTheMiddle = host.layout.firstHostId() + 999L * HostLayout.RANGE_WIDTH;

        assertThatThrownBy(() -> new LinuxKernel(second(inTheMiddle, 3), Clock.systemUTC(), Set.of()))
                .isInstanceOf(HostClaimed.class);
    }

    @Test
    void jailsKeepTheirIdsFromOthersAfterTheirAgent() throws Exception {
        JailId id = host.newId();
        host.start(id, host.definition("orphan", "/bin/sleep", "100"));
        host.kernel.close();

        assertThatThrownBy(() -> new LinuxKernel(second(host.layout.firstHostId(), 10), Clock.systemUTC(), Set.of()))
                .isInstanceOf(HostClaimed.class);

        host.kernel = host.open();
        assertThat(host.kernel.observe())
                .singleElement()
                .satisfies(jail -> assertThat(jail.isRunning()).isTrue());
    }

    @Test
    void aJailOfAnAgentThatClaimedNothingKeepsItsIds() throws Exception {
        JailId id = host.newId();
        host.start(id, host.definition("old", "/bin/sleep", "100"));
        host.kernel.close();
        try (Descriptor home = Linux.openat2(
                Constants.AT_FDCWD,
                Cgroups.mountPoint().resolve(host.layout.cgroupName()).toString(),
                Constants.O_RDONLY,
                0,
                0)) {
            Attributes.remove(home, "trusted.bailiwick.claim");
        }

        assertThatThrownBy(() -> new LinuxKernel(second(host.layout.firstHostId(), 1000), Clock.systemUTC(), Set.of()))
                .isInstanceOf(HostClaimed.class)
                .hasMessageContaining("A jail of instance " + host.layout.cgroupName());

        host.kernel = host.open();
    }

    @Test
    void theSameCgroupOrDirectoryIsRefused() {
        HostLayout other = second(TestHost.IDS_OF_NONE, 1);

        assertThatThrownBy(() -> new LinuxKernel(
                        with(other, other.rootBase(), other.runtimeDirectory(), host.layout.cgroupName()),
                        Clock.systemUTC(),
                        Set.of()))
                .isInstanceOf(HostClaimed.class)
                .hasMessageContaining("--cgroup");
        assertThatThrownBy(() -> new LinuxKernel(
                        with(other, other.rootBase(), host.layout.runtimeDirectory(), other.cgroupName()),
                        Clock.systemUTC(),
                        Set.of()))
                .isInstanceOf(HostClaimed.class)
                .hasMessageContaining("--runtime");
        assertThatThrownBy(() -> new LinuxKernel(
                        with(other, host.layout.rootBase(), other.runtimeDirectory(), other.cgroupName()),
                        Clock.systemUTC(),
                        Set.of()))
                .isInstanceOf(HostClaimed.class)
                .hasMessageContaining("--root-base");
    }

    @Test
    void aClaimIsSeenThroughAnotherMountOfTheSameTree() throws Exception {
        Path home = Cgroups.mountPoint().resolve(host.layout.cgroupName());
        Path mount = Files.createDirectory(elsewhere.resolve("tree"));

        Process elsewhere = new ProcessBuilder(
                        "unshare",
                        "--mount",
                        "sh",
                        "-c",
                        "mount -t cgroup2 none " + mount + " && flock --nonblock --conflict-exit-code 77 " + mount + "/"
                                + home.getFileName() + " true")
                .inheritIO()
                .start();

        assertThat(elsewhere.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(elsewhere.exitValue())
                .as("the other process cannot lock it either")
                .isEqualTo(77);
    }

    @Test
    void twoAgentsSideBySideTakeNoAddressFromEachOther() throws Exception {
        JailDefinition definition = host.definition("first", "/bin/sleep", "100");
        host.start(host.newId(), definition);
        try (TestHost other = new TestHost()) {
            JailDefinition own = other.definition("first", "/bin/sleep", "100");
            JailDefinition same =
                    DefinitionVariant.of(own).addresses(definition.addresses()).definition();

            assertThatThrownBy(() -> other.start(other.newId(), same))
                    .isInstanceOfSatisfying(KernelRefusal.class, refusal -> {
                        assertThat(refusal.reason()).isEqualTo("AddressTaken");
                        assertThat(refusal.isPermanent()).isFalse();
                        assertThat(refusal.detail()).contains("bailiwick " + host.layout.cgroupName());
                    });
        }
        assertThat(InetAddress.getByAddress(
                                definition.addresses().v4().orElseThrow().bytes())
                        .isReachable(20_000))
                .isTrue();
    }

    @Test
    void leavesAloneWhatAnotherHasMadeBelowItsCgroup() throws Exception {
        host.kernel.close();
        int number = new IdRange(host.layout.firstHostId()).number() + 17;
        Path foreign = Cgroups.mountPoint().resolve(host.layout.cgroupName()).resolve(Integer.toString(number));
        Files.createDirectories(foreign);
        Process process = new ProcessBuilder("sleep", "100").start();
        try {
            Files.writeString(foreign.resolve("cgroup.procs"), Long.toString(process.pid()));

            host.kernel = host.open();

            assertThat(process.isAlive()).isTrue();
            assertThat(foreign).isDirectory();
            assertThat(host.kernel.observe()).extracting(ObservedJail::id).isEmpty();
        } finally {
            process.destroyForcibly().waitFor();
            new Cgroups(host.layout.cgroupName(), host.layout.rootBase()).remove(IdRange.ofNumber(number));
        }
    }

    @Test
    void removesTheRuntimeFilesOfAJailThatIsGone() throws Exception {
        JailId id = host.newId();
        host.start(id, host.definition("gone", "/bin/sleep", "100"));
        Path files = host.layout.runtimeDirectory().resolve("jails").resolve(id.toString());
        Path cgroup = host.cgroupOf(id);
        assertThat(files).isDirectory();
        host.kernel.close();
        Files.writeString(cgroup.resolve("cgroup.kill"), "1");
        new Cgroups(host.layout.cgroupName(), host.layout.rootBase())
                .remove(IdRange.ofNumber(Integer.parseInt(cgroup.getFileName().toString())));

        host.kernel = host.open();

        assertThat(files).doesNotExist();
    }

    /** Returns the layout of another instance on this host; everything differs except the ids. */
    private HostLayout second(long firstHostId, int ranges) {
        return new HostLayout(
                elsewhere.resolve("jails"),
                elsewhere.resolve("run"),
                elsewhere.resolve("log"),
                elsewhere.resolve("state"),
                host.layout.cgroupName() + "-second",
                firstHostId,
                ranges);
    }

    private static HostLayout with(HostLayout layout, Path rootBase, Path runtime, String cgroup) {
        return new HostLayout(
                rootBase,
                runtime,
                layout.logDirectory(),
                layout.stateDirectory(),
                cgroup,
                layout.firstHostId(),
                layout.hostIdRanges());
    }
}
