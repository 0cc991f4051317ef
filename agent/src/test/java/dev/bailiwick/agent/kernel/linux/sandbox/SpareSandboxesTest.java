package dev.bailiwick.agent.kernel.linux.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.kernel.linux.NeedsRoot;
import dev.bailiwick.agent.kernel.linux.TestHost;
import dev.bailiwick.agent.kernel.linux.syscall.ProcessTimes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Sandboxes created in advance, and the file systems of the host. */
@NeedsRoot
class SpareSandboxesTest {

    /** A sandbox's process is a child of this process, in its own mount namespace. */
    @Test
    void keepNoFileSystemOfTheHostBusy() throws Exception {
        Path directory = Files.createTempDirectory(Path.of("/tmp"), "bailiwick-disk-");
        run("mount", "-t", "tmpfs", "-o", "size=64k", "none", directory.toString());
        String device;
        Process holder;
        try (TestHost host = new TestHost()) {
            device = deviceOf(directory);
            holder = new ProcessBuilder("unshare", "-m", "sleep", "100").start();
            await(() -> isElsewhere(holder.toHandle()));
            host.outputOf("first", "true");
            await(() -> elsewhere().count() > 1);

            run("umount", directory.toString());

            assertThat(elsewhere().filter(process -> mountsOf(process).contains(" " + device + " ")))
                    .as("only the process that keeps it busy still has the mount")
                    .containsExactly(holder.toHandle());
            holder.destroyForcibly();
            assertThat(host.outputOf("second", "echo runs")).isEqualTo("runs\n");
        } finally {
            Files.delete(directory);
        }
    }

    private interface Condition {
        boolean holds() throws IOException;
    }

    private static void await(Condition condition) throws IOException {
        long deadline = System.nanoTime() + TestHost.PATIENCE.toNanos();
        while (!condition.holds()) {
            assertThat(System.nanoTime()).as("deadline").isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    /** Returns the descendants of this process with their own mounts. */
    private static Stream<ProcessHandle> elsewhere() {
        return ProcessHandle.current().descendants().filter(SpareSandboxesTest::isElsewhere);
    }

    private static boolean isElsewhere(ProcessHandle process) {
        try {
            return !Files.readSymbolicLink(Path.of("/proc", Long.toString(process.pid()), "ns/mnt"))
                    .equals(Files.readSymbolicLink(Path.of("/proc/self/ns/mnt")));
        } catch (IOException e) {
            // It has ended meanwhile.
            return false;
        }
    }

    private static String mountsOf(ProcessHandle process) {
        return ProcessTimes.read((int) process.pid(), "mountinfo").orElse("");
    }

    /** Returns the device in the form of mountinfo. */
    private static String deviceOf(Path mountPoint) throws IOException {
        return Files.readAllLines(Path.of("/proc/self/mountinfo")).stream()
                .map(line -> List.of(line.split(" ")))
                .filter(fields -> fields.get(4).equals(mountPoint.toString()))
                .map(fields -> fields.get(2))
                .findFirst()
                .orElseThrow();
    }

    private static void run(String... command) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
    }
}
