package dev.bailiwick.agent.kernel.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.bailiwick.jail.JailDefinition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
                run("btrfs", "-q", "subvolume", "create", limited.path().value());
                run("btrfs", "-q", "qgroup", "limit", "32M", limited.path().value());

                assertThat(CauseOfEnd.of(host, limited)).isEqualTo(List.of("Ended", "QuotaReached"));
                run("btrfs", "-q", "quota", "disable", directory.toString());
            }
        } finally {
            run("umount", directory.toString());
            Files.delete(directory);
            Files.delete(image);
        }
    }

    private static void run(String... command) throws IOException, InterruptedException {
        int status = new ProcessBuilder(command).inheritIO().start().waitFor();
        assertThat(status).as(String.join(" ", command)).isZero();
    }
}
