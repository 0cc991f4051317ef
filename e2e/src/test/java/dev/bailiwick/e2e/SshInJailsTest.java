package dev.bailiwick.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The programs of OpenSSH, and rsync, with a running jail. */
@OnFleet
@Timeout(180)
class SshInJailsTest {

    /** More than a session keeps. */
    private static final int MANY_BYTES = 8 << 20;

    @TempDir
    private Path directory;

    private Fleet fleet;
    private Jail jail;

    /** How a program has ended. */
    private record Ran(int status, String output, String errors) {}

    @BeforeEach
    void startAJailAndAddAKey(Fleet shared) throws Exception {
        for (String program : List.of("ssh", "scp", "ssh-keygen", "rsync")) {
            assumeTrue(isInstalled(program), program + " is missing: apt-get install openssh-client rsync");
        }
        fleet = shared;
        ObjectNode definition = fleet.definition("remote", 97);
        definition.putArray("command").add("/bin/sleep").add("infinity");
        jail = fleet.create(definition);
        assertThat(run(new byte[0], "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key())
                        .status())
                .isZero();
        fleet.operator()
                .post(
                        "ssh-keys",
                        "{\"key\": \""
                                + Files.readString(Path.of(key() + ".pub")).strip() + "\"}")
                .requireSuccess();
    }

    private static boolean isInstalled(String program) {
        return Stream.of(System.getenv("PATH").split(":")).anyMatch(at -> Files.isExecutable(Path.of(at, program)));
    }

    private String key() {
        return directory.resolve("key").toString();
    }

    private String name() {
        return fleet.entry().login() + "+remote@127.0.0.1";
    }

    private List<String> options() {
        return List.of(
                "-F", "/dev/null",
                "-i", key(),
                "-o", "IdentitiesOnly=yes",
                "-o", "BatchMode=yes",
                "-o", "StrictHostKeyChecking=accept-new",
                "-o", "UserKnownHostsFile=" + directory.resolve("known"),
                "-o", "LogLevel=ERROR");
    }

    private Ran ssh(byte[] input, String... more) throws Exception {
        List<String> command = new ArrayList<>(List.of("ssh"));
        command.addAll(options());
        command.addAll(List.of("-p", Integer.toString(fleet.sshPort())));
        command.addAll(List.of(more));
        return run(input, command.toArray(String[]::new));
    }

    private Ran run(byte[] input, String... command) throws Exception {
        Path output = Files.createTempFile(directory, "output", "");
        Path errors = Files.createTempFile(directory, "errors", "");
        Process process = new ProcessBuilder(command)
                .redirectOutput(output.toFile())
                .redirectError(errors.toFile())
                .start();
        try (OutputStream to = process.getOutputStream()) {
            to.write(input);
        } catch (IOException itReadsNoMore) {
            assertThat(process.onExit()).succeedsWithin(Duration.ofSeconds(60));
        }
        assertThat(process.waitFor(120, TimeUnit.SECONDS))
                .as(List.of(command).toString())
                .isTrue();
        return new Ran(
                process.exitValue(),
                Files.readString(output, StandardCharsets.ISO_8859_1),
                Files.readString(errors, StandardCharsets.UTF_8));
    }

    private static byte[] some(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    @Test
    void runsCommandsWithInputOutputAndStatus() throws Exception {
        assertThat(ssh(new byte[0], name(), "hostname; echo wrong >&2; exit 7"))
                .isEqualTo(new Ran(7, "remote.example\n", "wrong\n"));
        byte[] many = some(MANY_BYTES);
        Ran echoed = ssh(many, name(), "cat");
        assertThat(echoed.errors()).isEmpty();
        assertThat(echoed.status()).isZero();
        assertThat(echoed.output()).hasSize(MANY_BYTES);
        assertThat(echoed.output().getBytes(StandardCharsets.ISO_8859_1)).isEqualTo(many);
        assertThat(ssh(new byte[0], name(), "kill -9 $$").status()).isEqualTo(128 + 9);
        // As soon as it begins, and before anybody is attached.
        assertThat(ssh(new byte[0], name(), "head -c " + MANY_BYTES + " /dev/zero")
                        .output())
                .hasSize(MANY_BYTES);
    }

    /** Its output is six times its input, all of which the client sends as fast as it is taken. */
    @Test
    void carriesMoreOutputThanInput() throws Exception {
        byte[] lines = "a line of some length\n".repeat(100_000).getBytes(StandardCharsets.US_ASCII);
        Ran ran = ssh(lines, name(), "perl -pe '$_ x= 6'");
        assertThat(ran.errors()).isEmpty();
        assertThat(ran.status()).isZero();
        assertThat(ran.output()).isEqualTo("a line of some length\n".repeat(600_000));
    }

    @Test
    void keepsACommandWhoseClientSendsAndDoesNotReadForAWhile() throws Exception {
        List<String> command = new ArrayList<>(List.of("ssh"));
        command.addAll(options());
        command.addAll(List.of("-p", Integer.toString(fleet.sshPort()), name(), "cat"));
        byte[] many = some(MANY_BYTES);
        Process client = new ProcessBuilder(command).start();
        Thread sending = Thread.ofVirtual().start(() -> {
            try (OutputStream to = client.getOutputStream()) {
                to.write(many);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        assertThat(sending.join(Duration.ofSeconds(3))).as("all was sent").isFalse();
        assertThat(client.getInputStream().readAllBytes()).isEqualTo(many);
        assertThat(client.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(client.exitValue()).isZero();
    }

    @Test
    void hasATerminalIfItIsAskedFor() throws Exception {
        Ran typed = ssh("tty; echo $TERM; exit 5\n".getBytes(StandardCharsets.UTF_8), "-tt", name());
        assertThat(typed.output()).contains("/dev/pts/").containsPattern("\\r\\n");
        assertThat(typed.status()).isEqualTo(5);
        Ran without = ssh(new byte[0], name(), "tty");
        assertThat(without.output()).isEqualTo("not a tty\n");
    }

    @Test
    void killsTheCommandWhenTheClientGoes() throws Exception {
        List<String> command = new ArrayList<>(List.of("ssh"));
        command.addAll(options());
        command.addAll(List.of("-p", Integer.toString(fleet.sshPort()), name(), "echo begun; exec sleep 4242"));
        Process client = new ProcessBuilder(command).start();
        try (var reader = client.inputReader()) {
            assertThat(reader.readLine()).isEqualTo("begun");
            assertThat(sessions()).hasSize(1);
        } finally {
            client.destroyForcibly();
        }
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(sessions()).isEmpty());
        assertThat(ssh(new byte[0], name(), "cat /proc/[0-9]*/cmdline | grep -c 424[2]")
                        .output())
                .isEqualTo("0\n");
    }

    private List<JsonNode> sessions() {
        List<JsonNode> sessions = new ArrayList<>();
        fleet.operator().get("jails/" + jail.id() + "/exec").json().get("items").forEach(sessions::add);
        return sessions;
    }

    @Test
    void carriesRsyncAndTheOldProtocolOfScp() throws Exception {
        Path file = Files.write(directory.resolve("file"), some(1 << 20));
        String ssh = "ssh -p " + fleet.sshPort() + " " + String.join(" ", options());
        assertThat(run(new byte[0], "rsync", "-e", ssh, file.toString(), name() + ":/rsynced"))
                .isEqualTo(new Ran(0, "", ""));
        Path back = directory.resolve("back");
        assertThat(run(new byte[0], "rsync", "-e", ssh, name() + ":/rsynced", back.toString()))
                .isEqualTo(new Ran(0, "", ""));
        assertThat(back).hasSameBinaryContentAs(file);

        List<String> scp = new ArrayList<>(List.of("scp", "-q", "-O", "-P", Integer.toString(fleet.sshPort())));
        scp.addAll(options());
        scp.addAll(List.of(file.toString(), name() + ":/copied"));
        Ran copied = run(new byte[0], scp.toArray(String[]::new));
        assertThat(copied.status()).as(copied.toString()).isZero();
        assertThat(ssh(new byte[0], name(), "cmp /rsynced /copied").status()).isZero();
    }

    private Ran copy(String... more) throws Exception {
        List<String> scp = new ArrayList<>(List.of("scp", "-q", "-P", Integer.toString(fleet.sshPort())));
        scp.addAll(options());
        scp.addAll(List.of(more));
        return run(new byte[0], scp.toArray(String[]::new));
    }

    private Ran sftp(String... lines) throws Exception {
        List<String> sftp = new ArrayList<>(List.of("sftp", "-q", "-b", "-", "-P", Integer.toString(fleet.sshPort())));
        sftp.addAll(options());
        sftp.add(name());
        return run((String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8), sftp.toArray(String[]::new));
    }

    @Test
    void copiesFilesAndTreesByScp() throws Exception {
        Path file = Files.write(directory.resolve("some file"), some(3 << 20));
        assertThat(file.toFile().setExecutable(true)).isTrue();
        assertThat(copy(file.toString(), name() + ":/copied")).isEqualTo(new Ran(0, "", ""));
        assertThat(ssh(new byte[0], name(), "stat -c '%A %s' /copied").output())
                .isEqualTo("-rwxr--r-- " + (3 << 20) + "\n");
        Path back = directory.resolve("back");
        assertThat(copy(name() + ":/copied", back.toString())).isEqualTo(new Ran(0, "", ""));
        assertThat(back).hasSameBinaryContentAs(file);

        Path tree = directory.resolve("tree");
        Files.createDirectories(tree.resolve("inner"));
        Files.writeString(tree.resolve("inner/empty"), "");
        Files.writeString(tree.resolve("one"), "1");
        assertThat(copy("-r", tree.toString(), name() + ":/")).isEqualTo(new Ran(0, "", ""));
        assertThat(ssh(new byte[0], name(), "cd /tree && find . | sort | tr '\\n' ' '")
                        .output())
                .isEqualTo(". ./inner ./inner/empty ./one ");

        Path shorter = Files.write(directory.resolve("shorter"), some(1_000));
        assertThat(copy(shorter.toString(), name() + ":/copied")).isEqualTo(new Ran(0, "", ""));
        assertThat(copy(name() + ":/copied", back.toString())).isEqualTo(new Ran(0, "", ""));
        assertThat(back).hasSameBinaryContentAs(shorter);
        assertThat(copy(name() + ":/nothing", back.toString()).status()).isEqualTo(1);
    }

    @Test
    void worksOnFilesBySftpAlsoWhenTheJailDoesNotRun() throws Exception {
        Path file = Files.write(directory.resolve("file"), some(100_000));
        fleet.operator().post("jails/" + jail.id() + "/stop?wait=20s").requireSuccess();
        Ran ran = sftp(
                "mkdir /a",
                "put " + file + " /a/one",
                "rename /a/one /a/two",
                "ln -s two /a/link",
                "chmod 600 /a/two",
                "ls -l /a",
                "get /a/link " + directory.resolve("back"));
        assertThat(ran.status()).as(ran.toString()).isZero();
        assertThat(ran.output()).contains("-rw-------").contains("100000").contains("two");
        assertThat(directory.resolve("back")).hasSameBinaryContentAs(file);
        assertThat(sftp("rmdir /a").status()).as("it is not empty").isEqualTo(1);
        assertThat(sftp("rm /a").status()).isEqualTo(1);
        assertThat(sftp("rm /a/*", "rmdir /a").status()).isZero();
        assertThat(sftp("ls /a").status()).isEqualTo(1);
        assertThat(ssh(new byte[0], name(), "true").errors()).contains("does not run");
    }

    @Test
    void refusesToForward() throws Exception {
        assertThat(ssh(new byte[0], "-o", "ExitOnForwardFailure=yes", "-R", "0:127.0.0.1:1", name(), "true")
                        .status())
                .isEqualTo(255);
        Ran agent = ssh(new byte[0], "-A", name(), "echo ${SSH_AUTH_SOCK:-none} ${DISPLAY:-none}");
        assertThat(agent.output()).isEqualTo("none none\n");
    }

    @Test
    void saysWhatIsWrong() throws Exception {
        assertThat(ssh(new byte[0], fleet.entry().login() + "+nothing@127.0.0.1", "true"))
                .isEqualTo(new Ran(255, "", "You have no jail of this name.\r\n"));
        assertThat(ssh(new byte[0], "nobody+remote@127.0.0.1", "true").status()).isEqualTo(255);
    }
}
