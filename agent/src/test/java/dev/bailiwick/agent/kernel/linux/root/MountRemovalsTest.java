package dev.bailiwick.agent.kernel.linux.root;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.agent.kernel.linux.LinuxKernelTest;
import dev.bailiwick.agent.kernel.linux.NeedsRoot;
import dev.bailiwick.agent.kernel.linux.SmallDisk;
import dev.bailiwick.agent.kernel.linux.TestHost;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** The mounts of a jail between its end and its next start. */
@NeedsRoot
class MountRemovalsTest {

    private static final int MANY = 20;

    @Test
    void doesNotHaveTheEndOfAJailWaitForWhatOthersWroteOnItsDisk() throws Exception {
        try (SmallDisk disk = new SmallDisk();
                TestHost host = new TestHost(disk.directory())) {
            JailId id = host.newId();
            host.start(id, host.definition("brief", "/bin/sleep", "100"));
            byte[] ofOthers = new byte[8 << 20];
            Files.write(disk.directory().resolve("others"), ofOthers);
            long before = disk.bytesWritten();

            host.kernel.terminate(id);
            host.awaitEnd();
            assertThat(disk.bytesWritten() - before).as("output up to the end").isLessThan(ofOthers.length);
        }
    }

    @Test
    void holdsThemUntilTheJailIsReleased() throws Exception {
        try (TestHost host = new TestHost()) {
            JailId id = host.newId();
            JailDefinition definition = host.definition("held", "/bin/sleep", "100");
            host.start(id, definition);
            host.kernel.kill(id);
            host.awaitEnd();
            assertThat(heldMounts())
                    .singleElement()
                    .satisfies(number -> assertThat(number).isGreaterThanOrEqualTo(Descriptor.FIRST_LONG_LIVED));

            host.kernel.release(id);
            host.start(id, definition);
            assertThat(heldMounts()).isEmpty();
        }
    }

    @Test
    void letsAJailThatStartsAgainFindWhatItWrote() throws Exception {
        try (TestHost host = new TestHost()) {
            JailId id = host.newId();
            for (int i = 1; i <= MANY; i++) {
                host.start(
                        id,
                        host.definition(
                                "again",
                                "/bin/sh",
                                "-c",
                                "trap 'exit 0' TERM; echo >>/lines; wc -l </lines; sleep 100 & wait"));
                host.awaitLog(id, i + "\n");
                host.kernel.terminate(id);
                host.awaitEnd();
                host.kernel.release(id);
            }
        }
    }

    @Test
    void doesNotKeepAStartWaitingForADiskThatIsBusy() {
        CountDownLatch disk = new CountDownLatch(1);
        ExecutorService busy = Executors.newSingleThreadExecutor();
        busy.execute(() -> {
            try {
                disk.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        JailId id = new JailId(UUID.randomUUID());
        AtomicBoolean isClosed = new AtomicBoolean();
        try (MountRemovals removals = new MountRemovals(busy)) {
            removals.hold(id, (int) ProcessHandle.current().pid());
            removals.remove(id);
            removals.close(id, () -> isClosed.set(true));
            try {
                assertThat(isClosed).isFalse();
                assertThatThrownBy(() -> removals.await(id)).isInstanceOfSatisfying(KernelRefusal.class, refusal -> {
                    assertThat(refusal.reason()).isEqualTo("DiskBusy");
                    assertThat(refusal.isPermanent()).isFalse();
                });
            } finally {
                disk.countDown();
            }
        }
        assertThat(isClosed).isTrue();
    }

    private static List<Integer> heldMounts() throws IOException {
        return LinuxKernelTest.descriptors("mnt:[");
    }
}
