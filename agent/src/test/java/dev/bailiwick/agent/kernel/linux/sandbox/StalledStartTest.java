package dev.bailiwick.agent.kernel.linux.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.agent.kernel.ObservedJail;
import dev.bailiwick.agent.kernel.linux.NeedsRoot;
import dev.bailiwick.agent.kernel.linux.TestHost;
import dev.bailiwick.jail.JailId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The process that should become a jail is stopped, as by SIGSTOP: the agent kills it and continues. */
@NeedsRoot
class StalledStartTest {

    private TestHost host;

    @BeforeEach
    void open() throws IOException {
        host = new TestHost();
    }

    @AfterEach
    void close() throws IOException {
        host.close();
    }

    @Test
    void holdsNoThreadOfTheAgent() throws Exception {
        JailId first = host.newId();
        host.start(first, host.definition("first", "/bin/sleep", "1000"));
        List<Long> spares = awaitSpares();
        spares.forEach(spare -> signal("STOP", spare));

        assertThatThrownBy(() -> host.start(host.newId(), host.definition("stalled", "/bin/sleep", "1000")))
                .isInstanceOfSatisfying(KernelRefusal.class, refusal -> {
                    assertThat(refusal.isPermanent()).as("tried again").isFalse();
                    assertThat(refusal.detail()).contains("the child has stalled there");
                });

        spares.forEach(spare -> signal("CONT", spare));
        JailId second = host.newId();
        host.start(second, host.definition("second", "/bin/sleep", "1000"));
        assertThat(host.kernel.observe())
                .filteredOn(ObservedJail::isRunning)
                .extracting(ObservedJail::id)
                .containsExactlyInAnyOrder(first, second);
    }

    /** Waits for sandboxes, which are created shortly after a start and still have this process's program. */
    private List<Long> awaitSpares() throws IOException {
        long deadline = System.nanoTime() + TestHost.PATIENCE.toNanos();
        while (true) {
            List<Long> spares = ProcessHandle.current()
                    .children()
                    .map(ProcessHandle::pid)
                    .filter(StalledStartTest::hasThisProgram)
                    .toList();
            if (spares.size() >= 2) {
                return spares;
            }
            assertThat(System.nanoTime()).as("sandboxes are created in advance").isLessThan(deadline);
            LockSupport.parkNanos(10_000_000);
        }
    }

    private static boolean hasThisProgram(long pid) {
        try {
            return Files.isSameFile(Path.of("/proc", Long.toString(pid), "exe"), Path.of("/proc/self/exe"));
        } catch (IOException e) {
            return false; // it has ended
        }
    }

    private static void signal(String name, long pid) {
        try {
            new ProcessBuilder("kill", "-" + name, Long.toString(pid))
                    .inheritIO()
                    .start()
                    .waitFor();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
