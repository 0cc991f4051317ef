package dev.bailiwick.agent.kernel.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.kernel.DefinitionVariant;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.policy.OverrideDecision;
import dev.bailiwick.jail.policy.Policy;
import dev.bailiwick.jail.policy.PolicyOverride;
import dev.bailiwick.jail.process.Command;
import dev.bailiwick.jail.syscall.Profile;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Two jails of one host: neither can see the names and resources of the other, nor does it notice its locks. */
@NeedsRoot
class JailAgainstJailTest extends OneHostTest {

    private static final List<String> FACTS = List.of(
            "abstract=bailiwick-neighbour",
            "shm=4711",
            "queue=/bailiwick-neighbour",
            "key=bailiwick-neighbour",
            "shared=/usr/bin/env",
            "device=/zero",
            "tcp=1",
            "udp=1",
            "spoofed4=198.18.209.9",
            "spoofed6=fdb1:1::bad",
            "to4=169.254.1.1",
            "to6=fdff::1",
            "own6=::1");

    private static final String SESSION_KEYRING =
            "$! = 0; my $k = syscall(250, 0, -3, 1); print $k < 0 ? 'errno ' . ($! + 0) : $k, qq(\\n); sleep 100;";

    @Test
    void theSocketsSegmentsQueuesAndProcessesOfANeighbourAreNotThere() throws Exception {
        JailId attacked = host.newId();
        JailDefinition definition = withProgram(
                "attacked", "/bin/sh", "-c", "sleep 100 | /escapes host " + String.join(" ", FACTS.subList(0, 4)));
        int pid = host.start(attacked, definition).jail().initPid().orElseThrow();
        host.awaitLog(attacked, "ready");

        assertThat(attempt("processes", pid))
                .contains("signal\tstopped\tESRCH")
                .contains("signal-group\tstopped\tESRCH")
                .contains("trace\tstopped\tESRCH")
                .contains("process-descriptor\tstopped\tESRCH")
                .contains("read-memory\tstopped\tESRCH")
                .contains("memory-file\tstopped\tENOENT")
                .contains("proc-entry\tstopped\tENOENT")
                .contains("shared-segment\tstopped\tENOENT")
                .contains("semaphores\tstopped\tENOENT")
                .contains("messages\tstopped\tENOENT")
                .contains("message-queue\tstopped\tENOENT")
                .containsPattern("queue-directory\tstopped\t");
        assertThat(attempt("network", pid)).contains("abstract-socket\tstopped\tECONNREFUSED");
        // The opposite: a process in the same jail finds them.
        String within = String.join(" ", FACTS);
        JailId both = host.newId();
        host.start(
                both,
                withProgram(
                        "both",
                        "/bin/sh",
                        "-c",
                        "mkfifo /tmp/said; sleep 100 | /escapes host " + within + " >/tmp/said & read ready </tmp/said;"
                                + " /escapes inside processes pid=$(pidof escapes) " + within
                                + "; /escapes inside network " + within));
        host.awaitLog(both, "honest-v6");
        assertThat(host.logOf(both))
                .contains("signal\tdone")
                .contains("signal-group\tdone")
                .contains("memory-file\tdone")
                .contains("shared-segment\tdone")
                .contains("semaphores\tdone")
                .contains("messages\tdone")
                .contains("message-queue\tdone")
                .contains("abstract-socket\tdone");
    }

    @Test
    void signalsToEveryoneStayInTheJail() throws Exception {
        String listener = "trap 'echo signalled' TERM; echo ready; while :; do sleep 0.05 & wait; done";
        JailId neighbour = host.newId();
        host.start(neighbour, host.definition("bystander", "/bin/sh", "-c", listener));
        host.awaitLog(neighbour, "ready");
        JailId shouter = host.newId();
        host.start(
                shouter,
                host.definition(
                        "shouter",
                        "/bin/sh",
                        "-c",
                        "mkfifo /tmp/said; sh -c \"" + listener + "\" >/tmp/said & exec 3</tmp/said; read ready <&3;"
                                + " trap '' TERM; kill -TERM -1; read heard <&3; echo heard $heard; sleep 100"));
        // The opposite: a process in the same jail receives it.
        host.awaitLog(shouter, "heard signalled");
        // The neighbour does receive its own signal; it would print this twice if it had received the other one.
        host.kernel.terminate(neighbour);
        host.awaitLog(neighbour, "signalled");
        assertThat(host.logOf(neighbour)).isEqualTo("ready\nsignalled\n");
    }

    @Test
    void aWatchOnAProgramOfTheHostHearsNothingOfANeighbour() throws Exception {
        JailId watcher = host.newId();
        int pid = host.start(watcher, withProgram("watcher", "/escapes", "watch", "/usr/bin/env"))
                .jail()
                .initPid()
                .orElseThrow();
        host.awaitLog(watcher, "watching");
        assertThat(host.outputOf("walker", "env true; cat /usr/bin/env | wc -c"))
                .matches("[1-9]\\d*\n");
        goOn(pid);
        host.awaitLog(watcher, "watched");
        // The opposite: it sees changes by its own processes.
        assertThat(host.logOf(watcher)).contains("of others 0\n").containsPattern("of its own [1-9]");
    }

    @Test
    void aLeaseOnAProgramOfTheHostHoldsUpNoNeighbour() throws Exception {
        JailId holder = host.newId();
        host.start(holder, withProgram("holder", "/escapes", "lease", "/usr/bin/env"));
        host.awaitLog(holder, "lease");
        assertThat(host.outputOf(withProgram("opener", "/escapes", "open", "/usr/bin/env")))
                .isEqualTo("opened\n");
        // The opposite: a lease on a file of its own, if it gets one, blocks its own processes.
        JailId own = host.newId();
        host.start(
                own,
                withProgram(
                        "own",
                        "/bin/sh",
                        "-c",
                        "mkfifo /tmp/said; echo x >/root/file; /escapes lease /root/file >/tmp/said & read said </tmp/said;"
                                + " echo $said; /escapes open /root/file; echo through; sleep 100"));
        host.awaitLog(own, "through");
        assertThat(host.logOf(own)).isEqualTo("leased\nEAGAIN\nthrough\n");
    }

    @Test
    void twoJailsServeTheSamePortOfEveryAddressAtOnce() throws Exception {
        JailDefinition first = host.definition("first", "/usr/bin/perl", "-e", server("first"));
        JailDefinition second = host.definition("second", "/usr/bin/perl", "-e", server("second"));
        for (JailDefinition definition : List.of(first, second)) {
            JailId id = host.newId();
            host.start(id, definition);
            host.awaitLog(id, "serving");
        }
        assertThat(answerOf(first)).isEqualTo("first");
        assertThat(answerOf(second)).isEqualTo("second");
        // The opposite: within one jail the port is taken.
        assertThat(host.outputOf(host.definition(
                        "third",
                        "/usr/bin/perl",
                        "-e",
                        "use IO::Socket::INET; my @all = map { IO::Socket::INET->new(LocalAddr => '0.0.0.0', LocalPort => 80,"
                                + " Listen => 5) ? 'bound' : \"$!{EADDRINUSE}\" ? 'taken' : $! } 1; my $one ="
                                + " IO::Socket::INET->new(LocalAddr => '0.0.0.0', LocalPort => 81, Listen => 5); push @all,"
                                + " IO::Socket::INET->new(LocalAddr => '0.0.0.0', LocalPort => 81, Listen => 5) ? 'bound' :"
                                + " $!{EADDRINUSE} ? 'taken' : $!; print \"@all\\n\"")))
                .isEqualTo("bound taken\n");
    }

    @Test
    void aPriorityForAllProcessesOfRootIsForThoseOfTheJail() throws Exception {
        JailId neighbour = host.newId();
        int other = host.start(neighbour, host.definition("patient", "/bin/sleep", "100"))
                .jail()
                .initPid()
                .orElseThrow();
        JailId pushy = host.newId();
        int own = host.start(
                        pushy,
                        host.definition(
                                "pushy",
                                "/bin/sh",
                                "-c",
                                "renice -n 15 -u 0; ionice -c 3 -u 0; echo through; sleep 100"))
                .jail()
                .initPid()
                .orElseThrow();
        host.awaitLog(pushy, "through");
        assertThat(priorityOf(own)).isEqualTo("15 idle");
        assertThat(priorityOf(other)).startsWith("0 ").doesNotContain("idle");
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
        // The opposite: within one jail the lock holds.
        assertThat(host.outputOf("both", "flock -x /usr/bin/env flock -n -x /usr/bin/env echo got || echo locked"))
                .isEqualTo("locked\n");
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

    private static String server(String answer) {
        return "use IO::Socket::INET; $| = 1; my $server = IO::Socket::INET->new(LocalAddr => '0.0.0.0', LocalPort => 80,"
                + " Listen => 5) or die $!; print \"serving\\n\"; while (my $client = $server->accept) { print $client '"
                + answer + "'; close $client; }";
    }

    private static String answerOf(JailDefinition definition) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(
                    new InetSocketAddress(
                            definition.addresses().v4().orElseThrow().value(), 80),
                    (int) TestHost.PATIENCE.toMillis());
            socket.setSoTimeout((int) TestHost.PATIENCE.toMillis());
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static void goOn(int pid) throws IOException, InterruptedException {
        said("kill", "-USR1", Integer.toString(pid));
    }

    /** Returns its niceness and its I/O priority class, as the host sees them. */
    private static String priorityOf(int pid) throws IOException, InterruptedException {
        String number = Integer.toString(pid);
        String[] stat = Files.readString(Path.of("/proc", number, "stat"))
                .replaceFirst(".*\\) ", "")
                .split(" ", -1);
        return stat[16] + " " + said("ionice", "-p", number).strip(); // proc_pid_stat(5), counted from the state
    }

    private static String said(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }

    /** Returns the result of a family's attempts in their own jail. */
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
        return DefinitionVariant.of(plain).policy(policy).command(command).definition();
    }
}
