package dev.bailiwick.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

/** Everything that somebody does in a jail by the programs of OpenSSH ends when their key is removed. */
@OnFleet
@Timeout(180)
class SshWithdrawalTest {

    private static final Duration LONG = Duration.ofSeconds(30);

    /** Withdrawn access ends within two seconds; the rest is for a machine that is busy. */
    private static final Duration BOUND = Duration.ofSeconds(5);

    @TempDir
    private Path directory;

    private final List<Process> clients = new ArrayList<>();
    private Fleet fleet;
    private Jail jail;

    @BeforeEach
    void startAJail(Fleet shared) {
        fleet = shared;
        for (String program : List.of("ssh", "scp", "sftp", "ssh-keygen", "rsync")) {
            assumeTrue(
                    Stream.of(System.getenv("PATH").split(":"))
                            .anyMatch(at -> Files.isExecutable(Path.of(at, program))),
                    program + " is missing: apt-get install openssh-client rsync");
        }
        ObjectNode definition = fleet.definition("withdrawn", 98);
        definition.putArray("command").add("/bin/sleep").add("infinity");
        jail = fleet.create(definition);
    }

    @AfterEach
    void endClients() {
        clients.forEach(Process::destroyForcibly);
    }

    private Process begin(String... command) throws Exception {
        Process begun = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(Files.createTempFile(directory, "said", "").toFile())
                .start();
        clients.add(begun);
        return begun;
    }

    private Process connect(String program, String portOption, String... more) throws Exception {
        List<String> command = new ArrayList<>(List.of(program));
        command.addAll(options());
        command.addAll(List.of(portOption, Integer.toString(fleet.sshPort())));
        command.addAll(List.of(more));
        return begin(command.toArray(String[]::new));
    }

    private List<String> options() {
        return List.of(
                "-F", "/dev/null",
                "-i", directory.resolve("key").toString(),
                "-o", "IdentitiesOnly=yes",
                "-o", "BatchMode=yes",
                "-o", "StrictHostKeyChecking=accept-new",
                "-o", "UserKnownHostsFile=" + directory.resolve("known"));
    }

    /** Returns what a command in the jail says, which has nothing to do with SSH. */
    private String inTheJail(String line) {
        return fleet.operator()
                .post(
                        "jails/" + jail.id() + "/exec",
                        "{\"wait\": true, \"command\": [\"/bin/sh\", \"-c\", \"" + line + "\"]}")
                .requireSuccess()
                .json()
                .get("output")
                .asString()
                .strip();
    }

    /** Returns which command lines there are. Processes that have ended, and that their parent has yet to reap, have none. */
    private String running(String pattern) {
        return inTheJail("cat /proc/[0-9]*/cmdline | tr '\\\\0' ' ' | grep -o '" + pattern + "' | sort -u");
    }

    @Test
    void endsShellsAndTransfersAndWhatTheyHaveBegun() throws Exception {
        assertThat(begin(
                                "ssh-keygen",
                                "-q",
                                "-t",
                                "ed25519",
                                "-N",
                                "",
                                "-f",
                                directory.resolve("key").toString())
                        .waitFor())
                .isZero();
        String key = fleet.operator()
                .post(
                        "ssh-keys",
                        "{\"key\": \""
                                + Files.readString(directory.resolve("key.pub")).strip() + "\"}")
                .requireSuccess()
                .json()
                .get("id")
                .asString();
        String name = fleet.entry().login() + "+withdrawn@127.0.0.1";
        Path file = Files.write(directory.resolve("file"), new byte[4 << 20]);
        Path lines = Files.writeString(directory.resolve("lines"), "put " + file + " /by-sftp\n");

        Process terminal = connect("ssh", "-p", "-tt", name, "sleep 5353 & setsid sleep 5354 & wait");
        Process command = connect("ssh", "-p", name, "(trap '' HUP TERM; while :; do sleep 5355; done) & sleep 5356");
        // 50 kbit/s.
        Process upload = connect("scp", "-P", "-l", "50", file.toString(), name + ":/by-scp");
        Process transfer = connect("sftp", "-P", "-l", "50", "-b", lines.toString(), name);
        Process sync = begin(
                "rsync",
                "--bwlimit=5",
                "-e",
                "ssh -p " + fleet.sshPort() + " " + String.join(" ", options()),
                file.toString(),
                name + ":/by-rsync");
        await().atMost(LONG).untilAsserted(() -> {
            assertThat(running("sleep 535[3-6]")).isEqualTo("sleep 5353\nsleep 5354\nsleep 5355\nsleep 5356");
            assertThat(running("rsync --serve[r]")).isNotEmpty();
        });
        assertThat(List.of(upload, transfer)).allMatch(Process::isAlive);

        fleet.operator().delete("ssh-keys/" + key).requireSuccess();
        for (Process one : List.of(terminal, command, upload, transfer, sync)) {
            assertThat(one.onExit()).succeedsWithin(BOUND);
            assertThat(one.exitValue()).isNotZero();
        }
        await().atMost(BOUND).untilAsserted(() -> {
            assertThat(running("rsync --serve[r]")).isEmpty();
            assertThat(running("sleep 535[3-6]"))
                    .as("only what has left its command is the jail's")
                    .isEqualTo("sleep 5354");
        });
        assertThat(inTheJail("ls /by-sftp /by-scp 2>/dev/null"))
                .as("no part takes the place of a file")
                .isEmpty();
    }
}
