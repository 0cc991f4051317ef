package dev.bailiwick.agent.kernel.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.exec.ExecSessions;
import dev.bailiwick.agent.kernel.DefinitionVariant;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.process.Command;
import dev.bailiwick.jail.process.CommandUser;
import dev.bailiwick.jail.process.Console;
import dev.bailiwick.jail.process.Execution;
import dev.bailiwick.jail.process.FirstProcess;
import dev.bailiwick.jail.process.TerminalSize;
import dev.bailiwick.jail.process.WorkingDirectory;
import dev.bailiwick.jail.question.CommandRun;
import dev.bailiwick.jail.question.SessionState;
import dev.bailiwick.jail.stream.ExecId;
import dev.bailiwick.jail.stream.SessionFrame;
import dev.bailiwick.jail.stream.SessionFrame.Ended;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Inits with terminals of their own. */
@NeedsRoot
@Timeout(180)
class InitTerminalTest {

    /** Says what is typed, each new size of the terminal, and each signal. */
    private static final String ECHO =
            "trap 'stty size' WINCH; trap 'echo interrupted' INT; trap 'echo hung up' HUP; stty -echo; echo ready;"
                    + " while :; do if read line; then echo got $line; fi; done";

    @TempDir
    private Path directory;

    private final TestHost host;
    private final JailId jail;
    private ExecSessions sessions;
    private int agents;

    InitTerminalTest() throws IOException {
        host = new TestHost();
        jail = host.newId();
    }

    @BeforeEach
    void open() throws IOException {
        sessions = new ExecSessions(host.kernel, directory.resolve("exec-" + ++agents), Clock.systemUTC());
    }

    @AfterEach
    void close() throws IOException {
        sessions.close();
        host.close();
    }

    private void start(Execution execution, String script) {
        JailDefinition plain = host.definition("terminal", "/bin/sh", "-c", script);
        host.start(
                jail,
                DefinitionVariant.of(plain)
                        .execution(execution.with(Console.TTY))
                        .definition());
    }

    private AttachedViewer attach() {
        return new AttachedViewer(sessions, jail, terminal(), 0, "ada");
    }

    private ExecId terminal() {
        return sessions.list(jail).sessions().getFirst().id();
    }

    @Test
    void controlsTheInitAndIsItsConsole() throws Exception {
        start(
                Execution.PLAIN,
                "test -t 0 && test -t 1 && test -t 2 && echo streams; tty; stty size; echo $TERM; echo at-console >/dev/console;"
                        + " echo at-tty >/dev/tty; read _ _ _ _ group session number foreground _ </proc/self/stat;"
                        + " echo leader $group $session $number $foreground; echo all; exec sleep 1000");
        host.awaitLog(jail, "all\n");

        assertThat(host.logOf(jail))
                .contains("streams\n/dev/pts/0\n24 80\nxterm-256color\nat-console\nat-tty\nleader 1 1 34816 1\n");
        SessionState state = sessions.list(jail).sessions().getFirst();
        assertThat(state.kind()).isEqualTo(SessionState.Kind.INIT);
        assertThat(state.terminal()).isTrue();
        assertThat(state.end()).isEmpty();
    }

    @Test
    void belongsToTheUserOfTheCommandAlsoBelowAnInit() throws Exception {
        start(
                Execution.PLAIN.with(CommandUser.parse("www-data")).with(FirstProcess.INIT),
                "stat -c %U $(tty); echo again >/dev/tty; echo done; exec sleep 1000");
        host.awaitLog(jail, "done\n");
        assertThat(host.logOf(jail)).contains("www-data\nagain\n");
    }

    @Test
    void takesWhatIsTypedAndTellsOfItsSizeAndOfItsKeys() throws Exception {
        start(Execution.PLAIN, ECHO);
        host.awaitLog(jail, "ready\n");
        try (AttachedViewer viewer = attach()) {
            viewer.awaitText("ready\r\n");
            viewer.type("hello\n");
            viewer.awaitText("got hello\r\n");
            viewer.say(new SessionFrame.Size(new TerminalSize(100, 30)));
            viewer.awaitText("30 100\r\n");
            viewer.type("\u0003");
            viewer.awaitText("interrupted\r\n");
            viewer.type("after\n");
            viewer.awaitText("got after\r\n");
            host.awaitLog(jail, "got after\n");
            assertThat(sessions.end(jail, terminal()).existed()).isFalse();
            try (AttachedViewer watcher = attach()) {
                watcher.awaitText("got after\r\n");
            }
            host.kernel.kill(jail);
            assertThat(viewer.awaitEnd(0)).isEqualTo(new SessionFrame.State(Ended.SESSION, 0, "jail-stopped"));
        }
    }

    /** The keys of a terminal reach those in its foreground. */
    @Test
    void interruptsWhatRunsInItsForeground() throws Exception {
        start(Execution.PLAIN, "trap : INT; sh -c 'echo ready; exec sleep 1000'; echo ended with $?; exec sleep 1000");
        host.awaitLog(jail, "ready\n");
        try (AttachedViewer viewer = attach()) {
            viewer.awaitText("ready\r\n");
            viewer.type("\u0003");
            viewer.awaitText("ended with 130\r\n");
        }
    }

    @Test
    void staysWhileNoAgentRunsAndEndsWithTheJail() throws Exception {
        start(Execution.PLAIN, ECHO);
        host.awaitLog(jail, "ready\n");
        ExecId before = terminal();
        sessions.close();
        host.restartAgent();
        open();
        assertThat(host.kernel.observe()).anyMatch(one -> one.id().equals(jail) && one.isRunning());

        assertThat(terminal()).isNotEqualTo(before);
        try (AttachedViewer viewer = attach()) {
            viewer.type("again\n");
            viewer.awaitText("got again\r\n");
            viewer.say(new SessionFrame.Size(new TerminalSize(90, 20)));
            viewer.awaitText("20 90\r\n");
        }
        host.awaitLog(jail, "got again\n");
        assertThat(host.logOf(jail)).contains("ready\n").doesNotContain("hung up");
        assertThat(keepers()).hasSize(1);
        host.kernel.kill(jail);
        assertThat(host.awaitEnd().jail()).isEqualTo(jail);
        long deadline = System.nanoTime() + TestHost.PATIENCE.toNanos();
        while (!keepers().isEmpty() && System.nanoTime() < deadline) {
            LockSupport.parkNanos(10_000_000);
        }
        assertThat(keepers()).isEmpty();
    }

    private List<String> keepers() throws IOException {
        return Files.readAllLines(
                host.cgroupOf(jail).resolveSibling("terminals").resolve("cgroup.procs"));
    }

    /** Nobody is attached, and nobody reads but the log. */
    @Test
    void isReadAlsoIfNobodyIsAttached() throws Exception {
        start(
                Execution.PLAIN,
                "i=0; while [ $i -lt 20000 ]; do echo line $i of many; i=$((i+1)); done; echo end; exec sleep 1000");
        host.awaitLog(jail, "\nend\n");
        assertThat(host.logOf(jail)).contains("line 0 of many\nline 1 of many\n", "\nline 19999 of many\nend\n");
    }

    /** Who does not read what is typed makes neither the agent nor the viewer wait for ever. */
    @Test
    void takesInputLaterThatTheInitDoesNotReadNow() throws Exception {
        start(
                Execution.PLAIN,
                "stty raw -echo; echo ready; while [ ! -e /go ]; do sleep 0.1; done; head -c 240000 | wc -c; exec sleep 1000");
        host.awaitLog(jail, "ready");
        try (AttachedViewer viewer = attach()) {
            for (int i = 0; i < 8; i++) {
                viewer.type("x".repeat(30_000));
            }
            Command touch = new Command(List.of("/bin/touch", "/go"), Map.of());
            host.kernel.run(
                    new CommandRun(jail, touch, Optional.empty(), WorkingDirectory.ROOT, "", Duration.ofSeconds(20)));
            viewer.awaitText("240000");
        }
    }
}
