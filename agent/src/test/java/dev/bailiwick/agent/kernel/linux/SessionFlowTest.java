package dev.bailiwick.agent.kernel.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.exec.ExecSessions;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.process.Command;
import dev.bailiwick.jail.process.WorkingDirectory;
import dev.bailiwick.jail.question.SessionStart;
import dev.bailiwick.jail.stream.ExecId;
import dev.bailiwick.jail.stream.SessionFrame;
import dev.bailiwick.jail.stream.SessionFrame.Ended;
import dev.bailiwick.protocol.stream.StreamClosed;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Input and output of a command neither wait for each other for ever, nor are lost, however much there is of both. */
@NeedsRoot
@Timeout(180)
class SessionFlowTest extends OneHostTest {

    private static final SessionFrame.State DONE = new SessionFrame.State(Ended.EXITED, 0, "");

    private ExecSessions sessions;
    private JailId jail;

    @BeforeEach
    void startAJail(@TempDir Path directory) throws Exception {
        sessions = new ExecSessions(host.kernel, directory.resolve("exec"), Clock.systemUTC());
        jail = host.newId();
        host.start(jail, host.definition("flow", "/bin/sleep", "1000"));
    }

    @AfterEach
    void endSessions() {
        sessions.close();
    }

    private AttachedViewer run(String... command) {
        ExecId id = ExecId.random();
        assertThat(sessions.open(new SessionStart(
                                id,
                                jail,
                                new Command(List.of(command), Map.of()),
                                Optional.empty(),
                                WorkingDirectory.ROOT,
                                Optional.empty(),
                                "anna"))
                        .refusal())
                .isEmpty();
        return new AttachedViewer(sessions, jail, id, 0, "anna");
    }

    /** Sends all of this as input, as fast as the command takes it. */
    private static void sendAll(AttachedViewer viewer, byte[] input) {
        Thread.ofVirtual().start(() -> {
            try {
                for (int from = 0; from < input.length; from += SessionFrame.MAX_BYTES) {
                    int length = Math.min(SessionFrame.MAX_BYTES, input.length - from);
                    viewer.sayLater(new SessionFrame.In(ByteBuffer.wrap(input, from, length)));
                }
                viewer.sayLater(new SessionFrame.Eof());
            } catch (StreamClosed | InterruptedException theCommandHasEnded) {
                Thread.currentThread().interrupt();
            }
        });
    }

    @Test
    void carriesMoreOutputThanInput() throws Exception {
        byte[] lines = "a line of some length\n".repeat(100_000).getBytes(StandardCharsets.US_ASCII);
        try (AttachedViewer viewer = run("/bin/sed", "p;p;p;p;p")) {
            sendAll(viewer, lines);
            assertThat(viewer.awaitEnd(0)).isEqualTo(DONE);
            assertThat(viewer.others()).noneMatch(SessionFrame.Gap.class::isInstance);
            assertThat(viewer.bytes()).isEqualTo(6L * lines.length);
        }
    }

    @Test
    void signalsOvertakeInputThatTheCommandDoesNotRead() throws Exception {
        try (AttachedViewer viewer = run("/bin/sh", "-c", "echo ready; exec sleep 1000")) {
            sendAll(viewer, new byte[2_000_000]);
            viewer.awaitText("ready");
            viewer.say(new SessionFrame.Signal(15));
            assertThat(viewer.awaitEnd(0)).isEqualTo(new SessionFrame.State(Ended.KILLED, 15, ""));
        }
    }

    /** It fills both of its pipes, which it has enlarged, and ends before its viewer takes more. */
    @Test
    void keepsAllThatEndedCommandsHaveLeftInTheirPipes() throws Exception {
        String fill = "for my $to (*STDOUT, *STDERR) { fcntl($to, 1031, 1 << 20) or die $!; }"
                + " for my $to (*STDOUT, *STDERR) { syswrite($to, 'x' x (1 << 20)); }"
                + " open(my $file, '>', '/tmp/filled')";
        try (AttachedViewer viewer = run("/usr/bin/perl", "-e", fill);
                AttachedViewer other =
                        run("/bin/sh", "-c", "while [ ! -e /tmp/filled ]; do sleep 0.1; done; echo there")) {
            other.awaitText("there");
            assertThat(viewer.awaitEnd(0)).isEqualTo(DONE);
            assertThat(viewer.others()).noneMatch(SessionFrame.Gap.class::isInstance);
            assertThat(viewer.bytes()).isEqualTo(2 << 20);
        }
    }

    @Test
    void endsAlthoughSomethingGoesOnWriting() throws Exception {
        try (AttachedViewer viewer = run("/bin/sh", "-c", "yes & sleep 0.5; exit 0")) {
            assertThat(viewer.awaitEnd(0)).isEqualTo(DONE);
            assertThat(viewer.bytes()).isPositive();
        }
    }
}
