package dev.bailiwick.agent.kernel.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.bailiwick.jail.HostFacts.Capability;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.report.OomKills;
import dev.bailiwick.jail.report.OomKills.ShortOf;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The kernel kills a process of a jail for lack of memory. Here the limit is one of the memory controller of version 1, above which the
 * agent knows nothing; {@code e2e/limits --guest} has the jail's own limit.
 */
@NeedsRoot
class OomKillsTest {

    private static final Path VERSION_1 = Path.of("/sys/fs/cgroup/memory");
    private static final String LIMIT = "memory.limit_in_bytes";
    private static final String BYTES = Integer.toString(24 << 20);

    private record Killed(JailId jail, OomKills kills) {}

    private final TestHost host = new TestHost();
    private final Path group = VERSION_1.resolve(host.layout.cgroupName());
    private final BlockingQueue<Killed> killed = new LinkedBlockingQueue<>();

    OomKillsTest() throws IOException {}

    @BeforeEach
    void makeALimit() throws IOException {
        assumeThat(host.kernel.facts().capabilities())
                .as("this process can read the kernel's log")
                .contains(Capability.available("kernel.log"));
        assumeThat(VERSION_1.resolve(LIMIT))
                .as("a memory controller of version 1")
                .exists();
        Files.createDirectory(group);
        Files.writeString(group.resolve(LIMIT), BYTES, StandardOpenOption.WRITE);
        host.kernel.onOomKills((jail, kills) -> killed.add(new Killed(jail, kills)));
    }

    @AfterEach
    void close() throws IOException {
        host.close();
        if (Files.exists(group)) {
            Files.delete(group);
        }
    }

    /** A shell names itself like the end of a line of the kernel's log, and doubles a text until it is killed. */
    @Test
    void saysWhichProcessesOfTheJailHadMostMemory() throws Exception {
        String hungry = "until grep -q memory:/. /proc/self/cgroup; do sleep 0.02; done;"
                + " sh -c 'x=xxxxxxxxxxxxxxxx; printf \")\\nUID:0 \" >/proc/$$/comm; while :; do x=$x$x; done';"
                + " echo was killed; while :; do sleep 1; done";
        JailId jail = host.newId();
        int init = host.start(jail, host.definition("hungry", "/bin/sh", "-c", hungry))
                .jail()
                .initPid()
                .orElseThrow();
        Files.writeString(group.resolve("cgroup.procs"), Integer.toString(init), StandardOpenOption.WRITE);

        Killed first = killed.poll(30, TimeUnit.SECONDS);
        assertThat(first).isNotNull();
        assertThat(first.jail).isEqualTo(jail);
        assertThat(first.kills.count()).isOne();
        assertThat(first.kills.shortOf()).isEqualTo(ShortOf.OTHER_LIMIT);
        assertThat(first.kills.hostAvailableBytes()).isGreaterThan(1 << 20);
        assertThat(first.kills.largest()).hasSizeBetween(2, OomKills.MAX_LARGEST);
        assertThat(first.kills.largest().getFirst().name()).isEqualTo(") UID:0 ");
        assertThat(first.kills.largest().getFirst().bytes()).isBetween(8L << 20, 32L << 20);
        host.awaitLog(jail, "was killed");
        assertThat(killed).as("one process was killed").isEmpty();
    }
}
