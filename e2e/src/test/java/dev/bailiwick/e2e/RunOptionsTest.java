package dev.bailiwick.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code ./run} rejects invalid options at once, before it builds, creates or starts anything. */
@ExtendWith(AsRoot.class)
class RunOptionsTest {

    private static final Pattern OPTION = Pattern.compile("(?<=[ |])--[a-z][a-z0-9-]+");

    private Path directory = Path.of("/var/tmp");
    private Path data = directory;

    @BeforeEach
    void makeADirectoryThatOthersMayPass() throws IOException {
        directory = Files.createTempDirectory(Path.of("/var/tmp"), "bailiwick-options-");
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        data = directory.resolve("data");
    }

    @AfterEach
    void nothingWasMade() throws IOException {
        assertThat(data).doesNotExist();
        Installation.delete(directory);
    }

    @Test
    void saysAllThatIsWrongInOneAnswer() throws Exception {
        assertThat(refusal(
                        "--port",
                        "abc",
                        "--link-port=70000",
                        "--management-port",
                        "9000",
                        "--database-port",
                        "9000",
                        "--pool",
                        "198.18.7.0/16",
                        "--pool6",
                        "fdb1:1::1/64",
                        "--first-host-id",
                        "1879048193",
                        "--instance",
                        "Upper"))
                .contains("--port must be a port, a whole number from 1 to 65535, and is 'abc'")
                .contains("--link-port must be a port, a whole number from 1 to 65535, and is '70000'")
                .contains("--management-port and --database-port must differ, and are both 9000")
                .contains("--pool 198.18.7.0/16 has bits set behind its prefix; with none it is 198.18.0.0/16")
                .contains("--pool6 fdb1:1::1/64 has bits set behind its prefix")
                .contains("--first-host-id must be a multiple of 65536, and is 1879048193; 1879048192 is one")
                .contains("--instance must be 1 to 63 of a-z")
                .contains("./run --help");
    }

    @ParameterizedTest
    @CsvSource({
        "--first-host-id, 0, from 65536 to 4294836224",
        "--first-host-id, 4294901760, from 65536 to 4294836224",
        "--first-host-id, 99999999999999999999, from 65536 to 4294836224",
        "--first-host-id, 0x70000000, from 65536 to 4294836224",
        "--host-id-ranges, 0, from 1 to 36863",
        "--host-id-ranges, 36864, from 1 to 36863",
        "--host-id-ranges, 2e3, from 1 to 36863",
        "--port, 0, from 1 to 65535",
        "--port, 08443, from 1 to 65535",
        "--port, -1, from 1 to 65535",
        "--port, 8444, --port and --link-port must differ",
        "--link-address, 203.0.113.77, is no address of this machine",
        "--link-address, 0.0.0.0, to which no agent can connect",
        "--link-address, ::, to which no agent can connect",
        "--link-address, 256.1.1.1, 'must be an IPv4 or IPv6 address of this machine, without a port'",
        "--link-address, 127.0.0.1:8444, 'must be an IPv4 or IPv6 address of this machine, without a port'",
        "--link-address, server.example, 'must be an IPv4 or IPv6 address of this machine, without a port'",
        "--pool, 10.0.0.0, a prefix of 8 to 32 bits",
        "--pool, 10.0.0.0/7, a prefix of 8 to 32 bits",
        "--pool, 10.0.0/24, a prefix of 8 to 32 bits",
        "--pool, 10.0.0.256/32, a prefix of 8 to 32 bits",
        "--pool, fdb1::/64, a prefix of 8 to 32 bits",
        "--pool6, 10.0.0.0/24, a prefix of 32 to 128 bits",
        "--pool6, fdb1::/31, a prefix of 32 to 128 bits",
        "--pool6, fdb1::/129, a prefix of 32 to 128 bits",
        "--pool6, fdb1::1::/64, a prefix of 32 to 128 bits",
        "--pool6, fdb1:2:3/64, a prefix of 32 to 128 bits",
        "--pool6, 1:2:3:4:5:6:7:8:9/128, a prefix of 32 to 128 bits",
        "--pool6, fdb1:12345::/64, a prefix of 32 to 128 bits",
        "--pool6, fdb1:0:0:1::/63, has bits set behind its prefix",
        "--instance, -a, the first a letter or digit",
        "--instance, a/b, the first a letter or digit"
    })
    void saysWhichValuesAnOptionTakes(String option, String value, String said) throws Exception {
        assertThat(refusal(option, value)).contains(option).contains(said);
    }

    @ParameterizedTest
    @ValueSource(strings = {"fdb1::/64", "1:2:3:4:5:6:7:8/128", "fdb1:1:e2e:2::/63", "2001:DB8::/32", "::1/128"})
    void takesEachWayToWriteARange(String range) throws Exception {
        // Another option is invalid too, so that ./run starts nothing.
        assertThat(refusal("--pool6", range, "--port", "0")).doesNotContain("--pool6");
    }

    @Test
    void namesWhatItDoesNotKnowAndWhatContradicts() throws Exception {
        assertThat(refusal("--prot", "9443")).contains("no option '--prot'").contains("--help");
        assertThat(refusal("--port")).contains("--port needs a value");
        assertThat(refusal("--port", "--no-demo")).contains("--port needs a value");
        assertThat(refusal("--stop", "--detach")).contains("--detach and --stop contradict each other");
        assertThat(refusal("--detach", "--stop-jails")).contains("--detach and --stop-jails contradict each other");
        assertThat(refusal("--stop")).contains("nothing to stop").contains(data.toString());
    }

    @Test
    void listsEachOptionInItsHelp() throws Exception {
        String script = Files.readString(Installation.run());
        int parsing = script.indexOf("while [ $# -gt 0 ]");
        TreeSet<String> taken = OPTION.matcher(
                        script.substring(parsing, script.indexOf("refuse_options \"There is", parsing)))
                .results()
                .map(MatchResult::group)
                .collect(Collectors.toCollection(TreeSet::new));
        String help =
                RunScript.ended(Installation.run().toString(), "--help").well().output();

        assertThat(taken).contains("--first-host-id", "--stop-jails", "--help").hasSizeGreaterThan(14);
        assertThat(taken).allSatisfy(option -> assertThat(help).containsPattern("(?m)^  (-h, )?" + option + "[ =]"));
        assertThat(help).contains("multiple of 65536");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--port", "--ssh-port", "--link-port", "--management-port", "--database-port"})
    void saysWhoHasAPort(String option) throws Exception {
        for (String address : List.of("127.0.0.1", "0.0.0.0", "::")) {
            int port = Ports.take();
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.ofLiteral(address))) {
                assertThat(refusal(option, Integer.toString(socket.getLocalPort())))
                        .contains("Port " + port + " is taken by process "
                                + ProcessHandle.current().pid() + " (")
                        .contains("choose another: " + option + " ");
            }
        }
    }

    @Test
    void saysWhoHasThePortOfTheLinkWhereverThatIs() throws Exception {
        int port = Ports.take();
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.ofLiteral("127.0.0.2"))) {
            String elsewhere = Integer.toString(socket.getLocalPort());
            assertThat(refusal("--link-address", "127.0.0.2", "--link-port", elsewhere))
                    .contains("Port " + port + " is taken by process ");
            assertThat(refusal("--link-port", elsewhere, "--port", "0")).doesNotContain("Port " + port);
        }
    }

    @Test
    void saysWhyADirectoryCannotBeUsed() throws Exception {
        Path file = Files.createFile(directory.resolve("file"));
        Path closed = Files.createDirectory(
                directory.resolve("closed"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));

        assertThat(refusalOf("data"))
                .contains("--data must be an absolute path")
                .contains("/data");
        assertThat(refusalOf("/")).contains("--data must be a directory below /");
        assertThat(refusalOf(data + "\n2")).contains("control character");
        assertThat(refusalOf(file + "/data")).contains(file + " is no directory");
        assertThat(refusalOf(directory.toString())).contains("holds something that ./run did not put there");
        assertThat(refusalOf(closed + "/data")).contains(closed + " does not let others pass");
    }

    @Test
    void saysWhereThereIsNoRoomAndWhereNothingCanBeWritten() throws Exception {
        Path disk = Files.createDirectory(directory.resolve("disk"));

        assertThat(refusalOn(disk, "size=16m"))
                .contains(disk + " is on a disk with 1")
                .contains(" MiB free, and 1024 are needed");
        assertThat(refusalOn(disk, "size=16m,ro")).contains(disk + " is read-only");
    }

    @ParameterizedTest
    @ValueSource(strings = {"test", "bench", "e2e/systemd", "e2e/limits", "e2e/starts", "deploy/prepare-host.sh"})
    void otherScriptsNameWhatTheyDoNotKnow(String script) throws Exception {
        assertThat(RunScript.ended(Installation.run().resolveSibling(script).toString(), "--nonsense")
                        .badly()
                        .output())
                .contains("--nonsense")
                .contains("--help")
                .hasLineCount(1);
    }

    @Test
    void mavenFindsTheJdkWhereJavaIsAnother(@TempDir Path home) throws Exception {
        Path old = Files.createDirectories(home.resolve("old/bin"));
        for (String program : List.of("java", "javac")) {
            Files.writeString(old.resolve(program), "#!/bin/sh\necho this is Java 17\nexit 1\n");
            Files.setPosixFilePermissions(old.resolve(program), PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        Path known = Files.createDirectories(home.resolve(".sdkman/candidates/java"));
        Files.createSymbolicLink(known.resolve("25-here"), Path.of(System.getProperty("java.home")));

        RunScript.Ended ended = RunScript.ended(
                List.of(Installation.run().resolveSibling("mvnw").toString(), "--version"),
                Map.of(
                        "PATH",
                        old + ":" + System.getenv("PATH"),
                        "JAVA_HOME",
                        home.resolve("old").toString(),
                        "HOME",
                        home.toString(),
                        "MAVEN_USER_HOME",
                        Path.of(System.getProperty("user.home"), ".m2").toString()));

        assertThat(ended.well().output()).contains("Java version: 25");
    }

    private String refusal(String... options) throws Exception {
        List<String> all = new ArrayList<>(List.of("--data", data.toString()));
        all.addAll(List.of(options));
        return RunScript.run(all).badly().output();
    }

    private static String refusalOf(String data) throws Exception {
        return RunScript.run(List.of("--data", data)).badly().output();
    }

    private static String refusalOn(Path disk, String options) throws Exception {
        return RunScript.ended(
                        "unshare",
                        "--mount",
                        "sh",
                        "-c",
                        "mount -t tmpfs -o mode=755," + options + " none " + disk + " && exec \"$@\"",
                        "sh",
                        Installation.run().toString(),
                        "--data",
                        disk + "/data")
                .badly()
                .output();
    }
}
