package dev.bailiwick.agent.kernel.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.exec.ExecSessions;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.process.Command;
import dev.bailiwick.jail.process.CommandUser;
import dev.bailiwick.jail.process.TerminalSize;
import dev.bailiwick.jail.process.WorkingDirectory;
import dev.bailiwick.jail.question.HostAnswer.How;
import dev.bailiwick.jail.question.SessionStart;
import dev.bailiwick.jail.question.SessionState;
import dev.bailiwick.jail.stream.ExecId;
import dev.bailiwick.jail.stream.SessionFrame;
import dev.bailiwick.jail.stream.SessionFrame.Ended;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Sessions of commands in a running jail. */
@NeedsRoot
@Timeout(180)
class ExecSessionsTest extends OneHostTest {

    private static int jails;

    @TempDir
    private Path directory;

    private ExecSessions sessions;
    private JailId jail;

    @BeforeEach
    void startAJail() throws Exception {
        sessions = new ExecSessions(host.kernel, directory.resolve("exec"), Clock.systemUTC());
        jail = host.newId();
        host.start(jail, host.definition("sessions-" + ++jails, "/bin/sleep", "1000"));
    }

    @AfterEach
    void endSessions() {
        sessions.close();
    }

    private ExecId open(Optional<TerminalSize> terminal, Optional<CommandUser> user, String script) {
        ExecId id = ExecId.random();
        assertThat(sessions.open(new SessionStart(
                                id,
                                jail,
                                new Command(List.of("/bin/sh", "-c", script), Map.of("TERM", "xterm")),
                                user,
                                WorkingDirectory.ROOT,
                                terminal,
                                "anna"))
                        .refusal())
                .isEmpty();
        return id;
    }

    private ExecId withTerminal(String script) {
        return open(Optional.of(new TerminalSize(80, 24)), Optional.empty(), script);
    }

    private ExecId withPipes(String script) {
        return open(Optional.empty(), Optional.empty(), script);
    }

    /** Attaches once the other viewer is the writer. */
    private AttachedViewer attachAfter(AttachedViewer writer, ExecId session) throws InterruptedException {
        assertThat(writer.next()).containsInstanceOf(SessionFrame.Writer.class);
        return attach(session, 0, "bob");
    }

    private AttachedViewer attach(ExecId session, long offset, String name) {
        return new AttachedViewer(sessions, jail, session, offset, name);
    }

    @Test
    void hasATerminalOfTheJailThatControlsTheCommand() throws Exception {
        ExecId id = open(
                Optional.of(new TerminalSize(132, 50)),
                Optional.of(CommandUser.parse("www-data")),
                "tty; stty size; stat -c '%U %a' $(tty); echo >/dev/tty from tty; read line; echo got $line; read line; stty size; exec cat");
        try (AttachedViewer viewer = attach(id, 0, "anna")) {
            viewer.awaitText("/dev/pts/");
            viewer.awaitText("50 132");
            viewer.awaitText("www-data 620");
            viewer.awaitText("from tty");
            viewer.type("hello\n");
            viewer.awaitText("got hello");
            viewer.say(new SessionFrame.Size(new TerminalSize(100, 30)));
            viewer.type("\n");
            viewer.awaitText("30 100");
            viewer.say(new SessionFrame.Signal(2));
            assertThat(viewer.awaitEnd(0)).isEqualTo(new SessionFrame.State(Ended.KILLED, 2, ""));
        }
    }

    @Test
    void endsATerminalsInputByItsCharacterAndThatOfPipesForGood() throws Exception {
        for (ExecId id : List.of(withTerminal("cat; exit 3"), withPipes("cat; exit 3"))) {
            try (AttachedViewer viewer = attach(id, 0, "anna")) {
                viewer.type("line\n");
                viewer.awaitText("line");
                viewer.say(new SessionFrame.Eof());
                assertThat(viewer.awaitEnd(0)).isEqualTo(new SessionFrame.State(Ended.EXITED, 3, ""));
            }
        }
    }

    @Test
    void keepsTheTwoStreamsOfPipesApartInTheirOrder() throws Exception {
        ExecId id = withPipes("echo one; read line; echo two >&2; read line; echo three");
        try (AttachedViewer viewer = attach(id, 0, "anna")) {
            // Which of two pipes that have something was first cannot be known.
            for (String shown : List.of("one\n", "two\n")) {
                viewer.awaitText(shown);
                viewer.type("\n");
            }
            viewer.awaitEnd(0);
            assertThat(viewer.shown()).isEqualTo("one\ntwo\nthree\n");
        }
        try (AttachedViewer later = attach(id, 4, "anna")) {
            SessionFrame frame = later.next().orElseThrow();
            while (!(frame instanceof SessionFrame.Out)) {
                frame = later.next().orElseThrow();
            }
            assertThat(frame).isEqualTo(new SessionFrame.Out(2, 4, StandardCharsets.UTF_8.encode("two\n")));
        }
    }

    @Test
    void goesOnWithoutViewersAndContinuesAtTheExactByte() throws Exception {
        ExecId id = withPipes("i=0; while [ $i -lt 20000 ]; do echo line $i; i=$((i+1)); done; read x; echo end $x");
        String first;
        try (AttachedViewer viewer = attach(id, 0, "anna")) {
            viewer.awaitText("line 100\n");
            first = viewer.shown();
        }
        // Only the first viewer writes.
        await(() -> state(id).viewers().isEmpty());
        try (AttachedViewer again = attach(id, first.length(), "anna")) {
            while (!again.shown().endsWith("line 19999\n")) {
                again.next();
                again.acknowledge(first.length());
            }
            again.type("typed\n");
            assertThat(again.awaitEnd(first.length())).isEqualTo(new SessionFrame.State(Ended.EXITED, 0, ""));
            String[] lines = (first + again.shown()).split("\n");
            assertThat(lines).hasSize(20_001);
            for (int i = 0; i < 20_000; i++) {
                assertThat(lines[i]).isEqualTo("line " + i);
            }
            assertThat(lines[20_000]).isEqualTo("end typed");
        }
    }

    @Test
    void waitsForItsWriterAndGivesOthersAGap() throws Exception {
        ExecId id = withPipes("head -c 5000000 /dev/zero; echo; echo done");
        try (AttachedViewer writer = attach(id, 0, "anna");
                AttachedViewer slow = attachAfter(writer, id)) {
            // Neither acknowledges: the command stops at a ring of output.
            while (writer.bytes() < 256 * 1024) {
                writer.next();
            }
            assertThat(sessions.list(jail).sessions().getFirst().bytes()).isLessThan(5_000_000);
            assertThat(sessions.list(jail).sessions().getFirst().end()).isEmpty();
            writer.acknowledge(0);
            assertThat(writer.awaitEnd(0)).isEqualTo(new SessionFrame.State(Ended.EXITED, 0, ""));
            assertThat(writer.bytes()).isEqualTo(5_000_006);
            assertThat(writer.others()).noneMatch(SessionFrame.Gap.class::isInstance);
            assertThat(slow.awaitEnd(0)).isEqualTo(new SessionFrame.State(Ended.EXITED, 0, ""));
            assertThat(slow.others()).anyMatch(SessionFrame.Gap.class::isInstance);
            assertThat(slow.shown()).endsWith("done\n");
        }
    }

    @Test
    void hasOneWriterAndSaysWhoItIs() throws Exception {
        ExecId id = withTerminal("while read line; do echo got:$line; done");
        try (AttachedViewer anna = attach(id, 0, "anna")) {
            anna.type("first\n");
            anna.awaitText("got:first");
            try (AttachedViewer bob = attach(id, 0, "bob")) {
                bob.awaitText("got:first");
                bob.type("ignored\n");
                bob.say(new SessionFrame.Writer(List.of()));
                bob.type("second\n");
                anna.awaitText("got:second");
                anna.say(new SessionFrame.Size(new TerminalSize(10, 10)));
                bob.say(new SessionFrame.Size(new TerminalSize(70, 20)));
                assertThat(anna.others())
                        .as("as wide as it begins")
                        .contains(new SessionFrame.Size(new TerminalSize(80, 24)));
                while (!anna.others().contains(new SessionFrame.Size(new TerminalSize(70, 20)))) {
                    anna.next();
                }
                assertThat(anna.shown()).doesNotContain("ignored");
                assertThat(anna.others())
                        .filteredOn(SessionFrame.Writer.class::isInstance)
                        .last()
                        .isEqualTo(new SessionFrame.Writer(List.of(
                                new SessionFrame.Viewer("anna", false, true),
                                new SessionFrame.Viewer("bob", true, false))));
                assertThat(sessions.list(jail).sessions().getFirst().viewers())
                        .containsExactly(
                                new SessionState.ExecViewer("anna", false), new SessionState.ExecViewer("bob", true));
            }
        }
    }

    @Test
    void endsWithAWordWhenItIsKilledOrItsAgentEnds() throws Exception {
        ExecId killed = withTerminal("sleep 1000");
        ExecId other = withPipes("sleep 1000");
        try (AttachedViewer viewer = attach(killed, 0, "anna");
                AttachedViewer left = attach(other, 0, "anna")) {
            left.say(new SessionFrame.Size(TerminalSize.USUAL));
            assertThat(sessions.end(new JailId(UUID.randomUUID()), killed).existed())
                    .as("of another jail")
                    .isFalse();
            assertThat(sessions.end(jail, killed).existed()).isTrue();
            assertThat(viewer.awaitEnd(0)).isEqualTo(new SessionFrame.State(Ended.SESSION, 0, "killed"));
            assertThat(sessions.end(jail, killed).existed()).isFalse();
            try (AttachedViewer late = attach(killed, 0, "anna")) {
                assertThat(late.next()).isEmpty();
                assertThat(late.closed())
                        .hasValueSatisfying(gone -> assertThat(gone.reason()).isEqualTo("gone"));
            }
            sessions.close();
            // It has its last word before the connection to the server closes.
            assertThat(sessions.list(jail).sessions())
                    .singleElement()
                    .satisfies(session -> assertThat(session.viewers()).isEmpty());
            assertThat(left.awaitEnd(0)).isEqualTo(new SessionFrame.State(Ended.SESSION, 0, "agent-restarted"));
        }
    }

    @Test
    void saysWhyACommandHasNotBegunAndHowManyThereMayBe() throws Exception {
        Command missing = new Command(List.of("/bin/nothing"), Map.of());
        assertThat(sessions.open(new SessionStart(
                                ExecId.random(),
                                jail,
                                missing,
                                Optional.empty(),
                                WorkingDirectory.ROOT,
                                Optional.of(TerminalSize.USUAL),
                                "anna"))
                        .refusal())
                .map(How.Refused::reason)
                .contains("ProgramUnusable");
        for (int i = 0; i < 8; i++) {
            withTerminal("sleep 1000");
        }
        assertThat(sessions.open(new SessionStart(
                                ExecId.random(),
                                jail,
                                new Command(List.of("/bin/true"), Map.of()),
                                Optional.empty(),
                                WorkingDirectory.ROOT,
                                Optional.empty(),
                                "anna"))
                        .refusal())
                .map(How.Refused::reason)
                .contains("TooManySessions");
        assertThat(sessions.list(jail).sessions()).hasSize(8);
    }

    @Test
    void givesThePlaceOfOneThatHasEndedToTheNext() throws Exception {
        List<ExecId> running =
                Stream.generate(() -> withTerminal("sleep 1000")).limit(7).toList();
        ExecId ended = withPipes("echo done");
        awaitEnd(ended);
        ExecId next = withTerminal("sleep 1000");
        assertThat(sessions.list(jail).sessions())
                .extracting(SessionState::id)
                .containsAll(running)
                .contains(next)
                .doesNotContain(ended);
    }

    private SessionState state(ExecId id) {
        return sessions.list(jail).sessions().stream()
                .filter(session -> session.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    /** Waits until the timeout of the test. */
    private static void await(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            LockSupport.parkNanos(10_000_000);
        }
    }

    private void awaitEnd(ExecId id) {
        await(() -> state(id).end().isPresent());
    }

    @Test
    void readsNoFasterThanItsPaceWhileNobodyWrites() {
        long begun = System.nanoTime();
        awaitEnd(withPipes("head -c 32000000 /dev/zero"));
        // 2 ms for each 32 KiB.
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThan(Duration.ofMillis(1_900));
    }

    @Test
    void waitsForItsWriterAlsoIfItsTwoStreamsAlternate() throws Exception {
        ExecId id = withPipes("i=0; while [ $i -lt 3000 ]; do echo o; echo e >&2; i=$((i+1)); done");
        try (AttachedViewer writer = attach(id, 0, "anna")) {
            // More than is on its way to the viewer, and kept, at a time.
            await(() -> state(id).bytes() > 7_000);
            assertThat(writer.awaitEnd(0)).isEqualTo(new SessionFrame.State(Ended.EXITED, 0, ""));
            assertThat(writer.bytes()).isEqualTo(12_000);
            assertThat(writer.others()).noneMatch(SessionFrame.Gap.class::isInstance);
        }
    }

    @Test
    void dropsWhatAWriterHasTypedWhoseRightIsWithdrawn() throws Exception {
        ExecId id = withPipes("while [ ! -e /tmp/go ]; do sleep 0.1; done; wc -c");
        try (AttachedViewer withdrawn = attach(id, 0, "anna")) {
            for (int i = 0; i < 6; i++) {
                withdrawn.type("x".repeat(30_000));
            }
            // The pipe is full, and so is the queue: the viewer waits.
            withdrawn.withdraw();
            await(() -> state(id).viewers().isEmpty());
        }
        try (AttachedViewer other = attach(id, 0, "bob")) {
            withPipes("touch /tmp/go");
            other.say(new SessionFrame.Eof());
            assertThat(other.awaitEnd(0)).isEqualTo(new SessionFrame.State(Ended.EXITED, 0, ""));
            assertThat(Integer.parseInt(other.shown().strip())).isLessThanOrEqualTo(65_536);
        }
    }

    @Test
    void leavesNoCommandBehindIfItsOutputCannotBeKept() throws Exception {
        Path small = Files.createDirectory(directory.resolve("small"));
        run("mount", "-t", "tmpfs", "-o", "size=64k", "small", small.toString());
        try (ExecSessions failing = new ExecSessions(host.kernel, small, Clock.systemUTC())) {
            ExecSessions usual = sessions;
            sessions = failing;
            ExecId id = withPipes("head -c 200000 /dev/zero; exec sleep 31337");
            awaitEnd(id);
            assertThat(state(id).end()).containsInstanceOf(How.Refused.class);
            assertThat(ProcessHandle.allProcesses()
                            .map(ProcessHandle::pid)
                            .map(pid -> Path.of("/proc", pid.toString(), "cmdline"))
                            .filter(ExecSessionsTest::isTheCommand))
                    .isEmpty();
            // Closes its file.
            assertThat(failing.end(jail, id).existed()).isTrue();
            sessions = usual;
        } finally {
            run("umount", small.toString());
        }
    }

    private static boolean isTheCommand(Path commandLine) {
        try {
            return Files.readString(commandLine).contains("31337");
        } catch (IOException itHasEnded) {
            return false;
        }
    }

    private static void run(String... command) throws Exception {
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
    }
}
