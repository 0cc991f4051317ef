package dev.bailiwick.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.process.Command;
import dev.bailiwick.jail.process.CommandUser;
import dev.bailiwick.jail.process.TerminalSize;
import dev.bailiwick.jail.process.WorkingDirectory;
import dev.bailiwick.jail.question.HostAnswer;
import dev.bailiwick.jail.question.HostAnswer.How;
import dev.bailiwick.jail.question.HostQuestion;
import dev.bailiwick.jail.question.HostReply.Answered;
import dev.bailiwick.jail.question.SessionStart;
import dev.bailiwick.jail.question.SessionState;
import dev.bailiwick.jail.stream.ExecId;
import dev.bailiwick.jail.stream.StreamRequest;
import dev.bailiwick.protocol.v1.StreamOpening;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sessions of commands on the wire. */
class SessionWireTest {

    private static final UUID ID = UUID.randomUUID();
    private static final JailId JAIL = new JailId(UUID.randomUUID());
    private static final ExecId SESSION = ExecId.random();

    private static <A extends HostAnswer> void comesBack(HostQuestion<A> question, A answer) {
        assertThat(QuestionWire.fromWire(QuestionWire.toWire(ID, question, Duration.ofSeconds(2))))
                .contains(question);
        assertThat(QuestionWire.reply(question, QuestionWire.toWire(ID.toString(), answer)))
                .isEqualTo(new Answered<>(answer));
    }

    @Test
    void comeBackAsTheyWentIn() {
        for (Optional<TerminalSize> size :
                List.of(Optional.<TerminalSize>empty(), Optional.of(new TerminalSize(132, 50)))) {
            SessionStart start = new SessionStart(
                    SESSION,
                    JAIL,
                    new Command(List.of("/bin/sh", "-l"), Map.of("TERM", "xterm")),
                    Optional.of(CommandUser.parse("www-data")),
                    new WorkingDirectory("/srv"),
                    size,
                    "user:ada");
            comesBack(new HostQuestion.OpenSession(start), new HostAnswer.SessionOpened(Optional.empty()));
            comesBack(
                    new HostQuestion.OpenSession(start),
                    new HostAnswer.SessionOpened(Optional.of(new How.Refused("JailNotRunning", "it does not run"))));
        }
        comesBack(
                new HostQuestion.ListSessions(JAIL),
                new HostAnswer.Sessions(List.of(
                        state(Optional.empty()),
                        state(Optional.of(new How.Exited(3))),
                        state(Optional.of(new How.Killed(9))))));
        comesBack(new HostQuestion.EndSession(JAIL, SESSION), new HostAnswer.SessionGone(true));
        StreamRequest request = new StreamRequest.Attach(JAIL, SESSION, 7, "user:ada");
        assertThat(StreamWire.fromWire(StreamWire.toWire(request))).contains(request);
        assertThat(StreamWire.kind(request)).isEqualTo("attach");
        StreamRequest forward = new StreamRequest.Forward(
                JAIL, List.of(InetAddress.ofLiteral("127.0.0.1"), InetAddress.ofLiteral("::1")), 8_080);
        assertThat(StreamWire.fromWire(StreamWire.toWire(forward))).contains(forward);
        assertThat(StreamWire.kind(forward)).isEqualTo("forward");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "localhost", "example.org", "127.0.0.1,127.0.0.2,127.0.0.3,127.0.0.4,127.0.0.5"})
    void refusesToForwardToNames(String addresses) {
        StreamOpening.Builder wire = StreamOpening.newBuilder().setJailId(JAIL.toString());
        wire.getForwardBuilder().setPort(80).addAllAddresses(List.of(addresses.split(",")));
        assertThatThrownBy(() -> StreamWire.fromWire(wire.build())).isInstanceOf(MalformedMessage.class);
        wire.getForwardBuilder().clearAddresses().addAddresses("127.0.0.1").setPort(70_000);
        assertThatThrownBy(() -> StreamWire.fromWire(wire.build())).isInstanceOf(MalformedMessage.class);
    }

    private static SessionState state(Optional<How> end) {
        return new SessionState(
                SESSION,
                end.isEmpty() ? SessionState.Kind.INIT : SessionState.Kind.COMMAND,
                "/bin/sh",
                true,
                "user:ada",
                Instant.ofEpochMilli(1_800_000_000_000L),
                end,
                List.of(new SessionState.ExecViewer("user:ada", true), new SessionState.ExecViewer("user:bob", false)),
                4_711);
    }
}
