package dev.bailiwick.agent.kernel.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.bailiwick.jail.HostFacts.Capability;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.report.Condition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Jails of a host that runs lxcfs, which ends, is silent and comes back. The test runs an lxcfs of its own. */
@NeedsRoot
class LxcfsTest {

    private static final Path MEMORY_OF_VERSION_1 = Path.of("/sys/fs/cgroup/memory");
    private static final String LASTING = "while :; do sleep 1; done";

    private final Path mountPoint;
    private final TestHost host;
    private Process lxcfs;

    LxcfsTest() throws Exception {
        mountPoint = Files.createTempDirectory("bailiwick-lxcfs-");
        assumeThat(Path.of("/dev/fuse")).as("the kernel has FUSE").exists();
        assumeThat(Path.of("/usr/bin/lxcfs"))
                .as("lxcfs is installed (apt-get install lxcfs)")
                .exists();
        lxcfs = serve();
        host = new TestHost(Optional.of(mountPoint));
    }

    private Process serve() throws IOException {
        Process started = new ProcessBuilder("lxcfs", "-f", "-p", mountPoint + ".pid", mountPoint.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        long deadline = System.nanoTime() + TestHost.PATIENCE.toNanos();
        while (!Files.exists(mountPoint.resolve("proc/uptime"))) {
            assertThat(System.nanoTime()).as("lxcfs serves in time").isLessThan(deadline);
            Thread.onSpinWait();
        }
        return started;
    }

    @BeforeEach
    void hasIt() {
        assertThat(capability().available()).isTrue();
        assertThat(host.kernel.conditions()).isEmpty();
    }

    @AfterEach
    void close() throws Exception {
        host.close();
        signal("CONT");
        end();
        Files.delete(mountPoint);
        Files.deleteIfExists(Path.of(mountPoint + ".pid"));
    }

    private void end() throws Exception {
        lxcfs.destroyForcibly().waitFor();
        new ProcessBuilder("umount", "-l", mountPoint.toString()).start().waitFor();
    }

    private void signal(String name) throws Exception {
        new ProcessBuilder("kill", "-" + name, Long.toString(lxcfs.pid()))
                .start()
                .waitFor();
    }

    @Test
    void aJailSeesItsOwnMemoryAndItsOwnStart() throws Exception {
        assumeThat(MEMORY_OF_VERSION_1.resolve("memory.limit_in_bytes"))
                .as("a memory controller of version 1")
                .exists();
        Path group = Files.createDirectory(MEMORY_OF_VERSION_1.resolve(host.layout.cgroupName()));
        try {
            Files.writeString(group.resolve("memory.limit_in_bytes"), "67108864", StandardOpenOption.WRITE);
            String look = "until grep -q memory:/. /proc/self/cgroup; do sleep 0.02; done; grep MemTotal /proc/meminfo;"
                    + " echo up $(cut -d. -f1 /proc/uptime); grep -c ^processor /proc/cpuinfo; cat /proc/loadavg /proc/stat"
                    + " /proc/swaps /proc/diskstats >/dev/null && echo all;"
                    + " (echo 1 >/proc/meminfo) 2>/dev/null || echo read-only; " + LASTING;
            JailId jail = start("own", look);
            Files.writeString(group.resolve("cgroup.procs"), Integer.toString(init), StandardOpenOption.WRITE);
            host.awaitLog(jail, "read-only");

            String log = host.logOf(jail);
            assertThat(log).containsPattern("MemTotal: +65536 kB\n").contains("all\n");
            long up = Long.parseLong(log.replaceAll("(?s).*up (\\d+)\n.*", "$1"));
            assertThat(up).as("seconds since the start of the jail").isLessThan(60);
        } finally {
            host.kernel.close();
            host.kernel = host.open();
            host.clear();
            Files.delete(group);
        }
    }

    @Test
    void itsEndIsAConditionOfTheHostAndNoDeadFileInAJail() throws Exception {
        JailId before = start("before", LASTING);
        Path uptime = Path.of("/proc", Integer.toString(init), "root/proc/uptime");
        int initBefore = init;
        assertThat(figures(initBefore)).hasSize(7);
        lxcfs.destroyForcibly().waitFor();
        assertThatThrownBy(() -> Files.readString(uptime)).isInstanceOf(IOException.class);

        host.kernel.inspect();

        assertThat(figures(initBefore)).isEmpty();
        assertThat(Files.readString(uptime)).isNotBlank();
        assertThat(host.kernel.conditions()).singleElement().satisfies(dead -> {
            assertThat(dead.reason()).isEqualTo("LxcfsDead");
            assertThat(dead.message()).contains(mountPoint + " does not answer");
        });
        Condition since = host.kernel.conditions().getFirst();
        assertThat(capability().available()).isFalse();
        start("meanwhile", LASTING);
        int initMeanwhile = init;
        assertThat(figures(initMeanwhile)).isEmpty();

        end();
        host.kernel.inspect();
        assertThat(host.kernel.conditions().getFirst().message()).contains("has ended");
        lxcfs = serve();
        host.kernel.inspect();

        assertThat(host.kernel.conditions()).isEmpty();
        assertThat(since.since()).isNotNull();
        assertThat(capability().available()).isTrue();
        assertThat(figures(initBefore)).hasSize(7);
        assertThat(figures(initMeanwhile)).hasSize(7);
        assertThat(Files.readString(uptime)).isNotBlank();
        assertThat(host.kernel.mend(before, host.definition("before", "/bin/sh", "-c", LASTING)))
                .as("no damage of the jail")
                .isEmpty();
    }

    @Test
    void oneThatIsSilentDelaysNoStartAndIsLeft() throws Exception {
        start("first", LASTING);
        int first = init;
        signal("STOP");

        List<Duration> starts = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            long begin = System.nanoTime();
            start("second-" + i, LASTING);
            starts.add(Duration.ofNanos(System.nanoTime() - begin));
        }
        int second = init;
        // One of them at least did not also wait for a busy machine.
        assertThat(Collections.min(starts)).isLessThan(Duration.ofSeconds(2));
        host.kernel.inspect();
        host.kernel.inspect();

        assertThat(host.kernel.conditions()).extracting(Condition::reason).containsExactly("LxcfsDead");
        assertThat(figures(first)).isEmpty();
        assertThat(figures(second)).isEmpty();
        signal("CONT");
        host.kernel.inspect();
        assertThat(host.kernel.conditions()).isEmpty();
        assertThat(figures(first)).hasSize(7);
        assertThat(figures(second)).hasSize(7);
    }

    /** As systemd restarts it: the agent still knows the files of a mount that is gone. */
    @Test
    void itsRestartPreventsNoStart() throws Exception {
        start("first", LASTING);
        end();

        for (int i = 0; i < 6; i++) {
            start("meanwhile" + i, LASTING);
        }
        int meanwhile = init;
        lxcfs = serve();
        JailId after = start("after", LASTING);
        host.kernel.inspect();

        assertThat(host.kernel.conditions()).isEmpty();
        assertThat(figures(meanwhile)).hasSize(7);
        assertThat(figures(init)).hasSize(7);
        assertThat(Files.readString(Path.of("/proc", Integer.toString(init), "root/proc/uptime")))
                .isNotBlank();
        assertThat(host.kernel.observe())
                .filteredOn(jail -> jail.id().equals(after))
                .hasSize(1);
    }

    @Test
    void aHostNeedsNone() throws Exception {
        try (TestHost other = new TestHost(Optional.of(Path.of("/nowhere")))) {
            assertThat(other.kernel.conditions()).isEmpty();
            assertThat(other.kernel.facts().capabilities())
                    .filteredOn(capability -> capability.name().equals("lxcfs"))
                    .singleElement()
                    .satisfies(lxcfs -> assertThat(lxcfs.reason()).contains("no lxcfs is mounted at /nowhere"));
            JailId jail = other.newId();
            int pid = other.start(jail, other.definition("plain", "/bin/sh", "-c", LASTING))
                    .jail()
                    .initPid()
                    .orElseThrow();
            assertThat(figures(pid)).isEmpty();
        }
    }

    private int init;

    private JailId start(String name, String script) {
        JailId jail = host.newId();
        init = host.start(jail, host.definition(name, "/bin/sh", "-c", script))
                .jail()
                .initPid()
                .orElseThrow();
        return jail;
    }

    private Capability capability() {
        return host.kernel.facts().capabilities().stream()
                .filter(known -> known.name().equals("lxcfs"))
                .findFirst()
                .orElseThrow();
    }

    private static List<String> figures(int pid) throws IOException {
        return Files.readAllLines(Path.of("/proc", Integer.toString(pid), "mountinfo")).stream()
                .filter(line -> line.contains(" - fuse.lxcfs "))
                .map(line -> line.split(" ", 6)[4])
                .toList();
    }
}
