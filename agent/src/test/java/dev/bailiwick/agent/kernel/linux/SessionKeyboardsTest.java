package dev.bailiwick.agent.kernel.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.exec.ExecSessions;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.process.Command;
import dev.bailiwick.jail.process.WorkingDirectory;
import dev.bailiwick.jail.question.SessionStart;
import dev.bailiwick.jail.question.SessionState;
import dev.bailiwick.jail.stream.ExecId;
import dev.bailiwick.jail.stream.SessionFrame;
import dev.bailiwick.jail.stream.SessionFrame.Ended;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is typed reaches a command once, although the connection of whoever types is cut. */
@NeedsRoot
@Timeout(180)
class SessionKeyboardsTest extends OneHostTest {

    private ExecSessions sessions;
    private JailId jail;

    @BeforeEach
    void startAJail(@TempDir Path directory) throws Exception {
        sessions = new ExecSessions(host.kernel, directory.resolve("exec"), Clock.systemUTC());
        jail = host.newId();
        host.start(jail, host.definition("keyboards", "/bin/sleep", "1000"));
    }

    @AfterEach
    void endSessions() {
        sessions.close();
    }

    private ExecId open(String script) {
        ExecId id = ExecId.random();
        assertThat(sessions.open(new SessionStart(
                                id,
                                jail,
                                new Command(List.of("/bin/sh", "-c", script), Map.of()),
                                Optional.empty(),
                                WorkingDirectory.ROOT,
                                Optional.empty(),
                                "anna"))
                        .refusal())
                .isEmpty();
        return id;
    }

    /** Attaches once the other viewer is the writer. */
    private AttachedViewer attachAfter(AttachedViewer writer, ExecId session) throws InterruptedException {
        assertThat(writer.next()).containsInstanceOf(SessionFrame.Writer.class);
        return attach(session, 0, "bob");
    }

    private AttachedViewer attach(ExecId session, long offset, String name) {
        return new AttachedViewer(sessions, jail, session, offset, name);
    }

    private List<SessionState.ExecViewer> viewers() {
        return sessions.list(jail).sessions().getFirst().viewers();
    }

    /** Types on a keyboard what the host has not taken of a text. Returns how much it had. */
    private static int typeRest(AttachedViewer viewer, UUID keyboard, String text) throws InterruptedException {
        viewer.say(new SessionFrame.Keyboard(keyboard));
        Optional<SessionFrame> frame = viewer.next();
        while (!(frame.orElseThrow() instanceof SessionFrame.Taken(long offset))) {
            frame = viewer.next();
        }
        viewer.type(text.substring((int) offset));
        return (int) offset;
    }

    @Test
    void takesInputOnceOverSeveralConnections() throws Exception {
        ExecId id = open("read one; echo got $one; read two; echo got $two; exec cat");
        UUID keyboard = UUID.randomUUID();
        try (AttachedViewer first = attach(id, 0, "anna");
                AttachedViewer watcher = attachAfter(first, id)) {
            assertThat(typeRest(first, keyboard, "ab\nc")).isZero();
            first.awaitText("got ab\n");
            // The former connection has not ended; this one has its keyboard, and the right to write.
            try (AttachedViewer again = attach(id, 7, "anna")) {
                assertThat(typeRest(again, keyboard, "ab\ncd\n")).isEqualTo(4);
                again.awaitText("got cd\n");
                while (first.next().isPresent()) {
                    first.type("not any more\n");
                }
                assertThat(first.closed())
                        .hasValueSatisfying(end -> assertThat(end.reason()).isEqualTo("replaced"));
                assertThat(viewers())
                        .containsExactly(
                                new SessionState.ExecViewer("bob", false), new SessionState.ExecViewer("anna", true));
            }
            while (viewers().size() != 1) {
                LockSupport.parkNanos(10_000_000);
            }
            // What those type who do not write never arrives.
            assertThat(typeRest(watcher, keyboard, "x\n"))
                    .as("the keyboard of somebody else")
                    .isZero();
            try (AttachedViewer last = attach(id, 0, "anna")) {
                assertThat(typeRest(last, keyboard, "ab\ncd\nend\n")).isEqualTo(6);
                last.say(new SessionFrame.Eof());
                assertThat(last.awaitEnd(0)).isEqualTo(new SessionFrame.State(Ended.EXITED, 0, ""));
                assertThat(last.shown()).isEqualTo("got ab\ngot cd\nend\n");
            }
        }
    }
}
