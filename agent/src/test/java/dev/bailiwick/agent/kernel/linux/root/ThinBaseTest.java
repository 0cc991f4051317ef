package dev.bailiwick.agent.kernel.linux.root;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.bailiwick.agent.kernel.linux.NeedsRoot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The disk of the agent is full: a small file system of this test's own. */
@NeedsRoot
class ThinBaseTest {

    @TempDir
    private Path directory;

    private Path disk;

    @BeforeEach
    void mount() throws Exception {
        disk = Files.createDirectory(directory.resolve("disk"));
        run("mount", "-t", "tmpfs", "-o", "size=16m", "small", disk.toString());
        assumeThat(ThinBase.isPossible(disk))
                .as("this host can lend its programs")
                .isTrue();
    }

    @AfterEach
    void unmount() throws Exception {
        run("umount", disk.toString());
    }

    @Test
    void takesThePreviousBaseWhereThereIsNoSpaceForTheNextOne() throws Exception {
        Path bases = disk.resolve("base");
        Path now = ThinBase.build(bases).directory();
        // As if the host's files had changed since.
        Path before = Files.move(now, bases.resolve("thin-0123456789abcdef"));
        Path filler = disk.resolve("filler");
        assertThatThrownBy(() -> Files.write(filler, new byte[32 << 20])).hasMessageContaining("No space left");

        assertThat(ThinBase.build(bases).directory()).isEqualTo(before);
        assertThat(bases.toFile().list())
                .as("what is left")
                .containsExactlyInAnyOrder(before.getFileName().toString(), "thin.latest");
        Path other = Files.createDirectory(disk.resolve("other"));
        assertThatThrownBy(() -> ThinBase.build(other)).isInstanceOf(UncheckedIOException.class);

        Files.delete(filler);
        assertThat(ThinBase.build(bases).directory()).isEqualTo(now);
    }

    private static void run(String... command) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
    }
}
