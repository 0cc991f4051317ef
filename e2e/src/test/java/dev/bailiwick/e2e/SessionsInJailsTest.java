package dev.bailiwick.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.bailiwick.jail.process.TerminalSize;
import dev.bailiwick.jail.stream.SessionFrame;
import dev.bailiwick.jail.stream.SessionFrame.Ended;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Sessions of commands in a running jail, from a WebSocket to the terminal in the kernel and back. */
@OnFleet
@Timeout(300)
class SessionsInJailsTest {

    /** As docs/api.md says, less the 64 for each frame. */
    private static final int MAX_UNTAKEN_BYTES = 240_000;

    private Fleet fleet;
    private Jail jail;

    private record Session(String id, String attach, String ticket) {}

    @BeforeEach
    void startAJail(Fleet shared) {
        fleet = shared;
        ObjectNode definition = fleet.definition("attached", 96);
        definition.putArray("command").add("/bin/sleep").add("infinity");
        jail = fleet.create(definition);
    }

    private Session open(String body) {
        Answer answer = fleet.operator().post("jails/" + jail.id() + "/exec", body);
        assertThat(answer.status()).as(answer.toString()).isEqualTo(201);
        JsonNode created = answer.json();
        return new Session(
                created.get("id").asString(),
                created.get("attach").asString(),
                created.get("ticket").asString());
    }

    private Session shell(String script) {
        return open("{\"tty\": true, \"columns\": 100, \"rows\": 40, \"command\": [\"/bin/sh\", \"-c\", \"" + script
                + "\"]}");
    }

    private String ticket(Api caller, Session session) {
        return caller.post("jails/" + jail.id() + "/exec/" + session.id() + "/attach-ticket")
                .text("ticket");
    }

    private SessionSocket attach(Session session, long offset) {
        return SessionSocket.attach(
                fleet.operator(), session.attach() + "?offset=" + offset, ticket(fleet.operator(), session));
    }

    @Test
    void continuesAtTheExactByteAfterTheConnectionWasCut() throws Exception {
        Session session = shell("stty size; read line; echo got $line; exec sh -c 'while read x; do echo $x; done'");
        String before;
        try (SessionSocket first = SessionSocket.attach(fleet.operator(), session.attach(), session.ticket())) {
            first.awaitText("40 100");
            first.say(new SessionFrame.Size(new TerminalSize(80, 24)));
            first.type("hello\n");
            first.awaitText("got hello");
            before = first.shown();
        }
        try (SessionSocket again = attach(session, before.length())) {
            again.say(new SessionFrame.Writer(List.of()));
            again.type("more\n");
            again.awaitText("more\r\nmore");
            assertThat(before + again.shown()).contains("got hello\r\nmore\r\nmore");
            JsonNode listed = fleet.operator()
                    .get("jails/" + jail.id() + "/exec")
                    .json()
                    .get("items")
                    .get(0);
            assertThat(listed.get("program").asString()).isEqualTo("/bin/sh");
            assertThat(listed.get("running").asBoolean()).isTrue();
            assertThat(listed.get("viewers").toString()).contains("user:");
            again.say(new SessionFrame.Eof());
            assertThat(again.awaitState()).isEqualTo(new SessionFrame.State(Ended.EXITED, 0, ""));
            assertThat(again.closeCode()).isEqualTo(1000);
        }
    }

    /** Its output is six times its input, which the client sends as fast as it is taken. */
    @Test
    void carriesMoreOutputThanInput() throws Exception {
        String line = "a line of some length\n";
        byte[] lines = line.repeat(100_000).getBytes(StandardCharsets.US_ASCII);
        Session session = open("{\"command\": [\"/usr/bin/perl\", \"-pe\", \"$_ x= 6\"]}");
        try (SessionSocket socket = SessionSocket.attach(fleet.operator(), session.attach(), session.ticket())) {
            socket.say(new SessionFrame.Keyboard(UUID.randomUUID()));
            int sent = 0;
            SessionFrame frame = socket.next();
            while (!(frame instanceof SessionFrame.State)) {
                if (frame instanceof SessionFrame.Taken(long taken) && sent < lines.length) {
                    int end = (int) Math.min(lines.length, taken + MAX_UNTAKEN_BYTES);
                    while (sent < end) {
                        int length = Math.min(end - sent, SessionFrame.MAX_BYTES);
                        socket.say(new SessionFrame.In(ByteBuffer.wrap(lines, sent, length)));
                        sent += length;
                    }
                    if (sent == lines.length) {
                        socket.say(new SessionFrame.Eof());
                    }
                }
                frame = socket.next();
            }
            assertThat(frame).isEqualTo(new SessionFrame.State(Ended.EXITED, 0, ""));
            assertThat(socket.others()).noneMatch(SessionFrame.Gap.class::isInstance);
            assertThat(socket.shown()).isEqualTo(line.repeat(600_000));
        }
    }

    /** Also after the agent was killed, which the jail does not notice. */
    @Test
    void attachToTheTerminalOfTheInit() throws Exception {
        ObjectNode definition = fleet.definition("terminal", 97);
        definition.put("console", "tty");
        definition
                .putArray("command")
                .add("/bin/sh")
                .add("-c")
                .add(
                        "trap 'echo hung up' HUP; stty -echo; echo ready; while :; do if read line; then echo got $line; fi; done");
        jail = fleet.create(definition);
        Session terminal = terminal();
        try (SessionSocket first = attach(terminal, 0)) {
            first.awaitText("ready\r\n");
            first.type("hello\n");
            first.awaitText("got hello\r\n");
            Answer refused = fleet.operator().delete("jails/" + jail.id() + "/exec/" + terminal.id());
            assertThat(refused.status()).isEqualTo(409);
            assertThat(refused.problem().type()).endsWith("session-of-init");
            fleet.agent().kill();
        }
        fleet.awaitDisconnected();
        fleet.agent().start();
        fleet.awaitConnected();
        try (SessionSocket again = attach(terminal(), 0)) {
            again.type("again\n");
            again.awaitText("got again\r\n");
            assertThat(again.shown()).doesNotContain("hung up");
        }
    }

    /** Returns the terminal of the init, which the host lists first. */
    private Session terminal() {
        String path = "jails/" + jail.id() + "/exec";
        return await("the host knows the terminal")
                .atMost(Duration.ofMinutes(1))
                .until(() -> terminalIn(fleet.operator().get(path)), Optional::isPresent)
                .orElseThrow();
    }

    private Optional<Session> terminalIn(Answer answer) {
        if (answer.status() != 200 || answer.json().get("items").isEmpty()) {
            return Optional.empty();
        }
        JsonNode listed = answer.json().get("items").get(0);
        String id = listed.get("id").asString();
        return listed.get("kind").asString().equals("init")
                ? Optional.of(new Session(id, "/api/v1/jails/" + jail.id() + "/exec/" + id + "/attach", ""))
                : Optional.empty();
    }

    @Test
    void letsSeveralWatchAndOneWrite() throws Exception {
        Session session = shell("while read line; do echo got:$line; done");
        try (SessionSocket one = SessionSocket.attach(fleet.operator(), session.attach(), session.ticket())) {
            assertThat(one.next()).as("who writes").isInstanceOf(SessionFrame.Writer.class);
            watchAndWrite(session, one);
        }
        assertThat(fleet.operator()
                        .delete("jails/" + jail.id() + "/exec/" + session.id())
                        .status())
                .isEqualTo(404);
        try (SessionSocket late = attach(session, 0)) {
            assertThat(late.closeCode()).isEqualTo(4404);
        }
    }

    /** @param one the first to be attached, which so writes */
    private void watchAndWrite(Session session, SessionSocket one) throws Exception {
        try (SessionSocket other = attach(session, 0)) {
            one.type("first\n");
            other.awaitText("got:first");
            other.say(new SessionFrame.Writer(List.of()));
            other.type("second\n");
            one.awaitText("got:second");
            assertThat(one.others())
                    .anySatisfy(frame -> assertThat(frame)
                            .isInstanceOfSatisfying(
                                    SessionFrame.Writer.class,
                                    writer -> assertThat(writer.viewers().stream()
                                                    .filter(viewer -> !viewer.receives() && viewer.writes()))
                                            .hasSize(1)));
            assertThat(fleet.operator()
                            .delete("jails/" + jail.id() + "/exec/" + session.id())
                            .status())
                    .isEqualTo(204);
            assertThat(one.awaitState()).isEqualTo(new SessionFrame.State(Ended.SESSION, 0, "killed"));
            assertThat(one.closeCode()).isEqualTo(1000);
            assertThat(other.closeCode()).isEqualTo(1000);
        }
    }

    @Test
    void takesATicketOnceAndEndsWhenTheTokenIsRevoked() throws Exception {
        Session session = shell("cat");
        JsonNode token = fleet.operator()
                .post(
                        "tokens",
                        "{\"name\": \"console-" + UUID.randomUUID()
                                + "\", \"scopes\": [\"jails:read\", \"jails:console\"]}")
                .json();
        Api program = fleet.operator().as(token.get("secret").asString());
        String ticket = ticket(program, session);
        try (SessionSocket attached = SessionSocket.attach(program, session.attach(), ticket)) {
            attached.type("typed\n");
            attached.awaitText("typed");
            try (SessionSocket second = SessionSocket.attach(program, session.attach(), ticket)) {
                assertThat(second.closeCode()).as("get another").isEqualTo(1013);
            }
            fleet.operator().delete("tokens/" + token.get("id").asString()).requireSuccess();
            long revoked = System.nanoTime();
            assertThat(attached.closeCode()).isEqualTo(4401);
            assertThat(System.nanoTime() - revoked).isLessThan(2_500_000_000L);
        }
    }

    @Test
    void refusesBeforeTheUpgrade() {
        Session session = shell("cat");
        assertThat(fleet.operator().get(session.attach()).problem().type()).endsWith("upgrade-required");
        assertThatThrownBy(() -> new SessionSocketWithout(fleet.operator()).open(session.attach()))
                .hasCauseInstanceOf(WebSocketHandshakeException.class);
        assertThat(fleet.operator().get(session.attach() + "?offset=-1").status())
                .isEqualTo(422);
    }

    /** Asks for another subprotocol. */
    private record SessionSocketWithout(Api api) {

        void open(String path) {
            api.socket(path, "other.v1", new java.net.http.WebSocket.Listener() {})
                    .join();
        }
    }
}
