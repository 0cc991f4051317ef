package dev.bailiwick.agent.kernel.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.Command;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.syscall.OverrideDecision;
import dev.bailiwick.jail.syscall.Policy;
import dev.bailiwick.jail.syscall.PolicyOverride;
import dev.bailiwick.jail.syscall.Profile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two jails of one host: what one of them names, holds or locks is not there for the other. */
@NeedsRoot
class JailAgainstJailTest {

    private static final List<String> FACTS = List.of(
            "abstract=bailiwick-neighbour",
            "shm=4711",
            "queue=/bailiwick-neighbour",
            "tcp=1",
            "udp=1",
            "spoofed4=198.18.209.9",
            "spoofed6=fdb1:1::bad",
            "to4=169.254.1.1",
            "to6=fe80::1",
            "own6=::1");

    private static final String SESSION_KEYRING =
            "$! = 0; my $k = syscall(250, 0, -3, 1); print $k < 0 ? 'errno ' . ($! + 0) : $k, qq(\\n); sleep 100;";

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
    void theSocketsSegmentsQueuesAndProcessesOfANeighbourAreNotThere() throws Exception {
        JailId attacked = host.newId();
        JailDefinition definition = withProgram(
                "attacked", "/bin/sh", "-c", "sleep 100 | /escapes host " + String.join(" ", FACTS.subList(0, 3)));
        int pid = host.start(attacked, definition).jail().initPid().orElseThrow();
        host.awaitLog(attacked, "ready");

        assertThat(attempt("processes", pid))
                .contains("signal\tstopped\tESRCH")
                .contains("trace\tstopped\tESRCH")
                .contains("process-descriptor\tstopped\tESRCH")
                .contains("read-memory\tstopped\tESRCH")
                .contains("proc-entry\tstopped\tENOENT")
                .contains("shared-segment\tstopped\tENOENT")
                .contains("message-queue\tstopped\tENOENT");
        assertThat(attempt("network", pid)).contains("abstract-socket\tstopped\tECONNREFUSED");
        // The opposite: who is in the same jail finds them.
        String within = String.join(" ", FACTS);
        JailId both = host.newId();
        host.start(
                both,
                withProgram(
                        "both",
                        "/bin/sh",
                        "-c",
                        "sleep 100 | /escapes host " + within + " & sleep 0.3; /escapes inside processes pid=$! "
                                + within + "; /escapes inside network " + within));
        host.awaitLog(both, "honest-v6");
        assertThat(host.logOf(both))
                .contains("signal\tdone")
                .contains("shared-segment\tdone")
                .contains("message-queue\tdone")
                .contains("abstract-socket\tdone");
    }

    @Test
    void signalsToEveryoneStayInTheJail() throws Exception {
        JailId neighbour = host.newId();
        host.start(
                neighbour,
                host.definition(
                        "bystander",
                        "/bin/sh",
                        "-c",
                        "trap 'echo signalled' TERM; echo ready; while :; do sleep 0.05 & wait; done"));
        host.awaitLog(neighbour, "ready");
        assertThat(host.outputOf("shouter", "sh -c 'sleep 100 & kill -TERM -1; echo shouted' ; true"))
                .doesNotContain("signalled");
        assertThat(host.logOf(neighbour)).isEqualTo("ready\n");
    }

    @Test
    void eachHasASessionKeyringOfItsOwnEvenWhereThePolicyLetsItLook() throws Exception {
        String first = keyringOf("first");
        String second = keyringOf("second");
        assertThat(first).matches("\\d+");
        assertThat(second).matches("\\d+").isNotEqualTo(first);
    }

    @Test
    void aLockOnAProgramOfTheHostIsTheJailsOwn() throws Exception {
        JailId locker = host.newId();
        host.start(
                locker,
                host.definition(
                        "locker", "/bin/sh", "-c", "exec flock -x /usr/bin/env sh -c 'echo locked; exec sleep 100'"));
        host.awaitLog(locker, "locked");
        assertThat(host.outputOf("waiter", "flock -n -x /usr/bin/env echo got")).isEqualTo("got\n");
    }

    private String keyringOf(String name) throws IOException {
        JailDefinition plain = host.definition(name, "/usr/bin/perl", "-e", "$| = 1; " + SESSION_KEYRING);
        PolicyOverride override =
                new PolicyOverride("keyctl", OverrideDecision.parse("allow"), "a test", "tester", Optional.empty());
        JailId id = host.newId();
        host.start(id, with(plain, new Policy(Profile.HOSTING, List.of(override)), plain.command()));
        host.awaitLog(id, "\n");
        return host.logOf(id).strip();
    }

    /** What comes of a family's attempts in a jail of their own. */
    private String attempt(String family, int pid) throws Exception {
        return host.outputOf(withProgram(
                "attacker-" + family,
                "/bin/sh",
                "-c",
                "/escapes inside " + family + " pid=" + pid + " " + String.join(" ", FACTS)));
    }

    private JailDefinition withProgram(String name, String... argv) throws IOException, InterruptedException {
        JailDefinition plain = host.definition(name, argv);
        Path files = Path.of(plain.path().value(), "root");
        Files.createDirectories(files);
        Path program = Files.createTempFile(Path.of("/tmp"), "bailiwick-escapes-", "");
        TestProgram.compile("escapes", program);
        Files.move(program, files.resolve("escapes"), StandardCopyOption.REPLACE_EXISTING);
        return plain;
    }

    private static JailDefinition with(JailDefinition plain, Policy policy, Command command) {
        return new JailDefinition(
                plain.name(),
                plain.hostname(),
                plain.path(),
                plain.base(),
                plain.addresses(),
                policy,
                command,
                plain.limits(),
                plain.wanted());
    }
}
