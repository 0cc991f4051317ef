package dev.bailiwick.agent.kernel.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.process.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A jail whose files an operator has limited, by a quota group of btrfs. */
@NeedsRoot
class QuotaTest {

    @Test
    void saysThatAJailHasUsedUpItsQuota() throws Exception {
        assumeTrue(Files.exists(Path.of("/usr/bin/mkfs.btrfs")) || Files.exists(Path.of("/usr/sbin/mkfs.btrfs")), """
                there is no mkfs.btrfs (apt-get install btrfs-progs)""");
        assumeTrue(Files.readString(Path.of("/proc/filesystems")).contains("btrfs"), "the kernel has no btrfs");
        Path image = Files.createTempFile(Path.of("/tmp"), "bailiwick-quota-", ".img");
        Path directory = Files.createTempDirectory(Path.of("/tmp"), "bailiwick-quota-");
        run("truncate", "-s", "256M", image.toString());
        run("mkfs.btrfs", "-q", image.toString());
        run("mount", "-o", "loop", image.toString(), directory.toString());
        try {
            try (TestHost host = new TestHost(directory)) {
                JailDefinition limited =
                        host.definition("limited", "/bin/sh", "-c", "exec dd if=/dev/zero of=/srv/x bs=1M count=128");
                run("btrfs", "-q", "quota", "enable", directory.toString());
                limit(limited);
                saysThatARootIsReadOnly(host);

                assertThat(CauseOfEnd.of(host, limited)).isEqualTo(List.of("Ended", "QuotaReached"));
                run("btrfs", "-q", "quota", "disable", directory.toString());
            }
        } finally {
            run("umount", directory.toString());
            Files.delete(directory);
            Files.delete(image);
        }
    }

    /** The kernel mounts the overlay of a jail that has nothing left of its quota read-only. */
    private static void saysThatARootIsReadOnly(TestHost host) throws Exception {
        JailDefinition filling =
                host.definition("filling", "/bin/dd", "if=/dev/zero", "of=/srv/x", "bs=1M", "count=64");
        limit(filling);
        JailId id = host.newId();
        host.start(id, filling);
        host.awaitEnd();
        host.kernel.release(id);
        JailDefinition again = filling.with(Command.of("/bin/sleep", "1000"));
        int init = host.start(id, again).jail().initPid().orElseThrow();
        Path file = Path.of("/proc", Integer.toString(init), "root/srv/y");
        assertThatThrownBy(() -> Files.createFile(file)).hasMessageContaining("Read-only file system");

        BlockingQueue<JailId> damaged = new LinkedBlockingQueue<>();
        host.kernel.onDamage(damaged::add);
        host.kernel.inspect();

        assertThat(damaged.poll(60, TimeUnit.SECONDS)).isEqualTo(id);
        assertThatThrownBy(() -> host.kernel.mend(id, again))
                .isInstanceOf(KernelRefusal.class)
                .hasMessageContaining("its root is read-only")
                .hasMessageContaining("quota");
        host.clear();
    }

    private static void limit(JailDefinition jail) throws IOException, InterruptedException {
        run("btrfs", "-q", "subvolume", "create", jail.path().value());
        run("btrfs", "-q", "qgroup", "limit", "32M", jail.path().value());
    }

    private static void run(String... command) throws IOException, InterruptedException {
        int status = new ProcessBuilder(command).inheritIO().start().waitFor();
        assertThat(status).as(String.join(" ", command)).isZero();
    }
}
