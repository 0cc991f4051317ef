package dev.bailiwick.agent.kernel.linux.root;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.kernel.linux.NeedsRoot;
import dev.bailiwick.agent.kernel.linux.TestHost;
import dev.bailiwick.agent.kernel.linux.syscall.Constants;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.FileTree;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.syscall.Architecture;
import dev.bailiwick.jail.syscall.SyscallTable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A jail with the thin base, including its root, can read below the host's /usr only what everybody on the host may read. Outside, the
 * host's root can read all of it.
 */
@NeedsRoot
class HostFilesTest {

    private static final String SECRET = "of the host's root";

    private static final Path PLACE = Path.of("/usr/local/share");

    private TestHost host;
    private Path directory;
    private int readers;

    @BeforeEach
    void open() throws IOException {
        host = new TestHost();
        directory = Files.createTempDirectory(PLACE, "bailiwick-test-");
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @AfterEach
    void close() throws IOException {
        host.close();
        try (Descriptor parent =
                Linux.openat2(Constants.AT_FDCWD, PLACE.toString(), Constants.O_PATH | Constants.O_DIRECTORY, 0, 0)) {
            FileTree.delete(parent, directory.getFileName().toString());
        }
    }

    /** On Debian, group 42 owns /etc/shadow. */
    @ParameterizedTest
    @CsvSource({
        "rw-------,root",
        "rw-r-----,root",
        "rw-r-----,shadow",
        "rwx--x--x,root",
        "r--------,root",
        "---------,root"
    })
    void hidesFromRootWhatNotEverybodyMayRead(String mode, String group) throws Exception {
        Path file = secret("file", mode);
        Files.setAttribute(file, "unix:gid", group.equals("root") ? 0 : 42);

        assertThat(readInside(file, "")).isEqualTo("refused\n");
        assertThat(readInside(file, "setpriv --reuid 33 --regid 42 --clear-groups "))
                .isEqualTo("refused\n");
        assertThat(Files.readString(file)).isEqualTo(SECRET);
    }

    @ParameterizedTest
    @ValueSource(strings = {"rwx------", "rwxr-x---", "rwxr-xr--"})
    void hidesWhatLiesInADirectoryThatIsNotForEverybody(String mode) throws Exception {
        Path shut = Files.createDirectory(directory.resolve("shut"));
        Path file = secret("shut/file", "rw-r--r--");
        Files.setPosixFilePermissions(shut, PosixFilePermissions.fromString(mode));

        assertThat(readInside(file, "")).isEqualTo("refused\n");
        assertThat(Files.readString(file)).isEqualTo(SECRET);
    }

    @Test
    void showsWhatEverybodyMayRead() throws Exception {
        assertThat(readInside(secret("file", "rw-r--r--"), "")).isEqualTo(SECRET);
        assertThat(readInside(secret("file2", "rwsr-xr-x"), "")).isEqualTo(SECRET);
    }

    /** An access list for a user of the host does not apply to a jail's user with the same number. */
    @Test
    void hidesWhatAnAccessListShowsToAUserOfTheHost() throws Exception {
        Path file = secret("file", "rw-------");
        setAccessList(file, 33);

        assertThat(readInside(file, "")).isEqualTo("refused\n");
        assertThat(readInside(file, "setpriv --reuid 33 --regid 33 --clear-groups "))
                .isEqualTo("refused\n");
        assertThat(run("setpriv", "--reuid", "33", "--regid", "33", "--clear-groups", "cat", file.toString()))
                .isEqualTo(SECRET);
    }

    @Test
    void hidesAtOnceWhatIsShutWhileAJailRuns() throws Exception {
        Path file = secret("file", "rw-r--r--");
        JailId id = host.newId();
        host.start(
                id,
                host.definition(
                        "watcher",
                        "/bin/sh",
                        "-c",
                        "while cat " + file + " 2> /dev/null; do sleep 0.02; done; echo refused; sleep 100"));
        host.awaitLog(id, SECRET);

        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));

        host.awaitLog(id, "refused");
    }

    /** The jail's root owns the copies of files in the host's /etc. */
    @Test
    void copiesNothingIntoTheBaseThatNotEverybodyMayRead() throws Exception {
        secret("open", "rw-r--r--");
        secret("file", "rw-r-----");
        Path shut = Files.createDirectory(directory.resolve("shut"));
        secret("shut/file", "rw-r--r--");
        Files.setPosixFilePermissions(shut, PosixFilePermissions.fromString("rwx------"));
        Path copy = host.layout.stateDirectory().resolve("copy");

        PublicFiles.copy(directory, copy);

        assertThat(copy.resolve("open")).hasContent(SECRET);
        assertThat(copy.resolve("file")).doesNotExist();
        assertThat(copy.resolve("shut")).doesNotExist();
    }

    private Path secret(String name, String mode) throws IOException {
        Path file = Files.writeString(directory.resolve(name), SECRET);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode.replace('s', 'x')));
    }

    private String readInside(Path file, String as) throws IOException, InterruptedException {
        return host.outputOf("reader-" + ++readers, as + "cat " + file + " 2> /dev/null || echo refused");
    }

    /** Sets an access list that lets the user read, as setfacl(1) would; some hosts lack it. See linux/posix_acl_xattr.h. */
    private static void setAccessList(Path file, int user) throws IOException, InterruptedException {
        int setxattr = SyscallTable.linux()
                .named("setxattr")
                .number(Architecture.host())
                .orElseThrow();
        String program = "my ($number, $file, $user) = @ARGV; my $name = 'system.posix_acl_access';"
                + " my $acl = pack('V', 2) . join('', map { pack('vvV', @$_) } [1, 6, -1], [2, 4, $user], [4, 0, -1],"
                + " [16, 4, -1], [32, 0, -1]); syscall(0 + $number, $file, $name, $acl, length $acl, 0) == 0 or die $!;";
        assertThat(run("perl", "-e", program, Integer.toString(setxattr), file.toString(), Integer.toString(user)))
                .isEmpty();
    }

    private static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return output;
    }
}
