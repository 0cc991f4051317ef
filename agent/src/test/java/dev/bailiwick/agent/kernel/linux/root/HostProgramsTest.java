package dev.bailiwick.agent.kernel.linux.root;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.agent.kernel.KernelRefusal;
import dev.bailiwick.agent.kernel.linux.NeedsRoot;
import dev.bailiwick.agent.kernel.linux.TestHost;
import dev.bailiwick.agent.kernel.linux.syscall.Constants;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.FileTree;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Running jails keep the programs that they borrow from an agent in a container, whichever image the next agent comes from. */
@NeedsRoot
class HostProgramsTest {

    @TempDir
    private Path directory;

    @Test
    void copiesWhatTheFileSystemSaysOfEachFile() throws IOException {
        Path usr = usr("first");
        Path tool = usr.resolve("bin/tool");
        Files.setPosixFilePermissions(tool, PosixFilePermissions.fromString("r-x--x--x"));
        Files.setAttribute(tool, "unix:gid", 42);
        Files.createSymbolicLink(usr.resolve("bin/link"), Path.of("tool"));

        Path copy = HostPrograms.copied(usr, directory.resolve("base")).provide();

        Path copied = copy.resolve("bin/tool");
        assertThat(copied).hasContent("first");
        assertThat(Files.readAttributes(copied, "unix:mode,gid,lastModifiedTime"))
                .isEqualTo(Files.readAttributes(tool, "unix:mode,gid,lastModifiedTime"));
        assertThat(Files.readSymbolicLink(copy.resolve("bin/link"))).isEqualTo(Path.of("tool"));
    }

    /** Some certificates of Debian have such names if the agent's locale does not use UTF-8. */
    @Test
    void copiesAFileWhoseNameIsNoText() throws Exception {
        Path usr = usr("first");
        shell(": >'" + usr + "'/bin/$(printf '\\377')");

        Path copy = HostPrograms.copied(usr, directory.resolve("base")).provide();

        assertThat(shell("[ -e '" + copy + "'/bin/$(printf '\\377') ]")).isZero();
        assertThat(shell("[ -e '" + copy + "'/bin/$(printf '\\376') ]")).isEqualTo(1);
    }

    private static int shell(String script) throws IOException, InterruptedException {
        return new ProcessBuilder("/bin/sh", "-c", script).inheritIO().start().waitFor();
    }

    @Test
    void keepsTheCopiesThatAreBorrowedAndTheOneThatIsNext() throws IOException {
        Path base = directory.resolve("base");
        HostPrograms first = HostPrograms.copied(usr("first"), base);
        assertThat(HostPrograms.copied(directory.resolve("usr"), base).name())
                .as("the same again")
                .isEqualTo(first.name());
        assertThat(first.hasOthers()).isFalse();
        HostPrograms second = HostPrograms.copied(usr("second image"), base);
        HostPrograms third = HostPrograms.copied(usr("the third image"), base);
        assertThat(third.hasOthers()).isTrue();

        third.keepOnly(Set.of(first.name()));

        assertThat(names(base)).containsExactlyInAnyOrder(first.name(), third.name());
        assertThat(first.provide().resolve("bin/tool")).hasContent("first");
        assertThat(names(base)).doesNotContain(second.name());
    }

    @Test
    void makesACopyAgainThatIsGone() throws IOException {
        HostPrograms programs = HostPrograms.copied(usr("first"), directory.resolve("base"));
        delete(directory.resolve("base"), programs.name());
        assertThat(programs.whole()).isEmpty();

        assertThat(programs.provide().resolve("bin/tool")).hasContent("first");
        assertThat(programs.whole()).containsExactly(programs.name());
    }

    /** The root is an overlay, as in the agent's container. Then the image changes, and the programs of the first jail are removed. */
    @Test
    void jailsOfAnAgentInAContainerKeepTheirProgramsOverAnUpgradeAndSayWhereTheyAreGone() throws Exception {
        List<String> said = said();

        assertThat(said)
                .containsExactly(
                        "first has the old image",
                        "copies 1",
                        "second has the new image",
                        "first has the old image",
                        "first lacks []",
                        "copies 2",
                        "first is gone, copies 1",
                        "told of second",
                        "second BaseGone",
                        "third has the new image");
    }

    private static List<String> said() throws Exception {
        // The minimum of a /usr that a jail needs; the JVM must not need its own files there any more.
        String script = """
                mount --make-rprivate /
                for image in old new; do
                    usr=$1/$image
                    mkdir -p "$usr/bin"
                    echo "$image image" >"$usr/image"
                    for program in sh sleep cat; do
                        cp -L "/usr/bin/$program" "$usr/bin/"
                        ldd "/usr/bin/$program" | grep -o '/[^ ]*' | while read -r library; do
                            mkdir -p "$usr/$(dirname "${library#/usr}")"
                            cp -L "$library" "$usr/${library#/usr}"
                        done
                    done
                done
                mkdir "$1/none"
                shift
                exec "$@"
                """;
        Path place = Path.of("/var/tmp");
        Path layers = Files.createTempDirectory(place, "bailiwick-image-");
        try {
            Process process = new ProcessBuilder(
                            "unshare",
                            "--mount",
                            "/bin/sh",
                            "-ec",
                            script,
                            "sh",
                            layers.toString(),
                            System.getProperty("java.home") + "/bin/java",
                            "-Xmx256m",
                            "--enable-native-access=ALL-UNNAMED",
                            "-cp",
                            System.getProperty("java.class.path"),
                            ContainedAgent.class.getName(),
                            layers.toString())
                    .redirectErrorStream(true)
                    .start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as(output).isZero();
            return output.lines()
                    .filter(line -> line.startsWith("> "))
                    .map(line -> line.substring(2))
                    .toList();
        } finally {
            delete(place, layers.getFileName().toString());
        }
    }

    @Test
    void aJailOnTheHostsOwnProgramsHasThemAndOneWhoseProgramsAreGoneSaysSo() throws Exception {
        try (TestHost host = new TestHost()) {
            JailId id = host.newId();
            JailDefinition definition = host.definition("borrower", "/bin/sleep", "600");
            int pid = host.start(id, definition).jail().initPid().orElseThrow();
            assertThat(host.kernel.mend(id, definition)).isEmpty();

            new ProcessBuilder("nsenter", "-t", Integer.toString(pid), "-m", "-p", "umount", "-l", "/usr")
                    .inheritIO()
                    .start()
                    .waitFor();

            assertThatThrownBy(() -> host.kernel.mend(id, definition))
                    .isInstanceOf(KernelRefusal.class)
                    .hasMessageContaining("restart it");
        }
    }

    private Path usr(String content) throws IOException {
        Path usr = directory.resolve("usr");
        Files.createDirectories(usr.resolve("bin"));
        Files.createDirectories(usr.resolve("lib"));
        Files.writeString(usr.resolve("lib/library"), "code");
        Files.writeString(usr.resolve("bin/tool"), content);
        Files.setLastModifiedTime(usr.resolve("lib/library"), FileTime.fromMillis(1_000));
        return usr;
    }

    private static Set<String> names(Path directory) throws IOException {
        try (var entries = Files.list(directory)) {
            return entries.map(entry -> entry.getFileName().toString()).collect(Collectors.toSet());
        }
    }

    static void delete(Path parent, String name) {
        try (Descriptor above =
                Linux.openat2(Constants.AT_FDCWD, parent.toString(), Constants.O_PATH | Constants.O_DIRECTORY, 0, 0)) {
            FileTree.delete(above, name);
        }
    }
}
