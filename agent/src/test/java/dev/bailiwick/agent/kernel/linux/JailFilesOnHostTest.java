package dev.bailiwick.agent.kernel.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.agent.kernel.DefinitionVariant;
import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.agent.kernel.linux.ids.IdRanges;
import dev.bailiwick.agent.kernel.linux.syscall.Constants;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.FileTree;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.RootPath;
import dev.bailiwick.jail.process.Command;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Where the files of a jail may be, which are whose, and how they are deleted, on the running kernel. */
@NeedsRoot
class JailFilesOnHostTest {

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
    void refusesARootThatLeavesItsBaseThroughALink() throws Exception {
        Files.createSymbolicLink(host.layout.rootBase().resolve("out"), Path.of("/etc"));
        RootPath path = new RootPath(host.layout.rootBase() + "/out/jail");
        assertThat(host.kernel.pathRefusal(path, new Base.Thin()))
                .hasValueSatisfying(reason ->
                        assertThat(reason).contains("leaves " + host.layout.rootBase() + " through the symbolic link"));
        assertThat(Path.of("/etc/jail")).doesNotExist();
    }

    @Test
    void refusesARootOutsideItsBase() {
        assertThat(host.kernel.pathRefusal(new RootPath("/etc"), new Base.Thin()))
                .hasValueSatisfying(reason -> assertThat(reason).startsWith("must lie below"));
    }

    @Test
    void refusesTheFilesOfAnotherJail() {
        JailDefinition definition = host.definition("mine", "/bin/sleep", "100");
        host.start(host.newId(), definition);
        assertThatThrownBy(() -> host.start(host.newId(), definition))
                .isInstanceOf(KernelRefusal.class)
                .hasMessageContaining("the files of another jail");
    }

    @Test
    void keepsWhatAJailWroteAcrossRestarts() throws Exception {
        JailId id = host.newId();
        host.start(id, host.definition("keeper", "/bin/sh", "-c", "echo kept > /srv/note"));
        host.awaitEnd();
        host.kernel.release(id);
        host.start(id, host.definition("keeper", "/bin/cat", "/srv/note"));
        host.awaitEnd();
        assertThat(host.logOf(id)).isEqualTo("kept\n");
    }

    @Test
    void usesADirectoryAsItIs() throws Exception {
        JailDefinition thin = host.definition("whole", "/bin/true");
        Path root = host.layout.rootBase().resolve("whole");
        Files.createDirectories(root.resolve("bin"));
        TestHost.compileProbe(root.resolve("bin/probe"));
        JailDefinition whole = DefinitionVariant.of(thin)
                .base(new Base.Directory())
                .command(Command.of("/bin/probe"))
                .definition();
        assertThat(host.outputOf(whole)).isEqualTo("probe\n");
    }

    @Test
    void deletesFilesWithoutFollowingLinksOrRunningOutOfDepth() throws Exception {
        Path outside = Files.createTempFile(Path.of("/tmp"), "bailiwick-sentinel-", "");
        JailId id = host.newId();
        JailDefinition definition = host.definition(
                "deep",
                "/bin/sh",
                "-c",
                "ln -s " + outside + " /srv/link; ln -s / /srv/root; i=0; cd /srv;"
                        + " while [ $i -lt 300 ]; do mkdir d; cd d; i=$((i+1)); done; : > file");
        host.start(id, definition);
        host.awaitEnd();
        host.kernel.release(id);
        host.kernel.deleteFiles(id, definition.path(), definition.base());
        assertThat(Path.of(definition.path().value())).doesNotExist();
        assertThat(host.layout.rootBase().toFile().list()).containsExactly(IdRanges.DIRECTORY);
        assertThat(outside).exists();
        Files.delete(outside);
    }

    @Test
    void leavesNothingBesideATreeWhoseDeletionIsCutShort() throws Exception {
        Path deep = host.layout.rootBase().resolve("deep");
        // A mount cannot be deleted, so it interrupts the deletion.
        Path last = Files.createDirectories(deep.resolve("d/".repeat(200)));
        assertThat(new ProcessBuilder("mount", "-t", "tmpfs", "none", last.toString())
                        .start()
                        .waitFor())
                .isZero();
        try (Descriptor parent = Linux.openat2(
                Constants.AT_FDCWD,
                host.layout.rootBase().toString(),
                Constants.O_PATH | Constants.O_DIRECTORY,
                0,
                0)) {
            assertThatThrownBy(() -> FileTree.delete(parent, "deep")).isInstanceOf(UncheckedIOException.class);
            assertThat(host.layout.rootBase().toFile().list()).containsExactlyInAnyOrder("deep", IdRanges.DIRECTORY);
            assertThat(new ProcessBuilder("umount", mountBelow(deep).toString())
                            .start()
                            .waitFor())
                    .isZero();
            FileTree.delete(parent, "deep");
        }
        assertThat(host.layout.rootBase().toFile().list()).containsExactly(IdRanges.DIRECTORY);
    }

    private static Path mountBelow(Path directory) throws IOException {
        return Files.readAllLines(Path.of("/proc/self/mounts")).stream()
                .map(line -> line.split(" ", -1)[1])
                .filter(target -> target.startsWith(directory + "/"))
                .map(Path::of)
                .findFirst()
                .orElseThrow();
    }
}
