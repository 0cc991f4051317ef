package dev.bailiwick.server.jail.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.server.BailiwickServer;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.WebTest;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.MemberRole;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.account.member.JailRights;
import dev.bailiwick.server.account.member.MemberChange;
import dev.bailiwick.server.account.member.Members;
import dev.bailiwick.server.account.token.ApiTokens;
import dev.bailiwick.server.account.token.TokenRequest;
import dev.bailiwick.server.account.user.Membership;
import dev.bailiwick.server.account.user.User;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.bounds.Bound;
import dev.bailiwick.server.host.HostConnections;
import dev.bailiwick.server.jail.JailReports;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.forward.JailForwards.Connected;
import dev.bailiwick.server.jail.placement.NewJail;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.ssh.PlayedHost;
import dev.bailiwick.server.ssh.PlayedPort;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Connections by WebSocket to ports of jails: where they lead, who may open them, and when they end. The host of the jail is played. */
@WebTest
@Import(PlayedHost.class)
@Timeout(120)
class ForwardSocketsTest {

    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Duration BOUND = Duration.ofSeconds(2);

    /** What the kernel holds for a connection of this machine to itself, with room to spare. */
    private static final long MANY_BYTES = 64 << 20;

    @LocalServerPort
    private int port;

    @Autowired
    private Users users;

    @Autowired
    private ApiTokens tokens;

    @Autowired
    private Members members;

    @Autowired
    private Jails jails;

    @Autowired
    private JailReports reports;

    @Autowired
    private JailForwards forwards;

    @Autowired
    private HostConnections connections;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private Fleet.Fixtures fixtures;

    private CustomerId customer;
    private HostId host;
    private JailView jail;
    private User user;
    private String token;

    @BeforeEach
    void somebodyWhoWorksInAJail() {
        customer = fixtures.customer();
        host = fixtures.connectedHostWithPool();
        jail = running("shop");
        user = users.create(
                Fleet.OPERATOR,
                "f-" + UUID.randomUUID(),
                "correct horse battery",
                new Membership.Of(fixtures.customer()));
        give(jail, Right.CONSOLE);
        token = token(caller());
    }

    private JailView running(String name) {
        JailView defined = jails.define(
                Fleet.OPERATOR, new NewJail(customer, Optional.of(host), Optional.empty(), Fleet.named(name)));
        reports.apply(host, List.of(Fleet.report(defined.id(), 1, Phase.RUNNING, Instant.now())));
        return defined;
    }

    private Caller caller() {
        return users.inSession(user.id()).orElseThrow();
    }

    private String token(Caller of) {
        return tokens.issue(of, new TokenRequest("f", Set.of(Scope.JAILS_READ, Scope.JAILS_CONSOLE), null))
                .secret();
    }

    private void give(JailView on, Right right) {
        members.put(
                Fleet.OPERATOR,
                customer,
                user.id(),
                new MemberChange(MemberRole.COLLEAGUE, List.of(new JailRights(on.id(), Set.of(right)))));
    }

    private String path(JailView of, Object to) {
        return "/api/v1/jails/" + of.id() + "/ports/" + to + "/forward";
    }

    private HttpResponse<String> request(String method, String path) throws Exception {
        return CLIENT.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                        .method(method, HttpRequest.BodyPublishers.noBody())
                        .header("Authorization", "Bearer " + token)
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private String ticket(JailView of, int to) throws Exception {
        HttpResponse<String> issued = request("POST", path(of, to) + "-ticket");
        assertThat(issued.statusCode()).as(issued.body()).isEqualTo(200);
        assertThat(issued.headers().firstValue("Cache-Control")).hasValue("no-store");
        return JsonMapper.shared().readTree(issued.body()).get("ticket").asString();
    }

    private URI address(String path, int at) {
        return URI.create("ws://127.0.0.1:" + at + path);
    }

    private PortSocket socket(int to) {
        return PortSocket.open(address(path(jail, to), port), token);
    }

    private PortSocket open(JailView of, int to, int at) throws Exception {
        return PortSocket.open(address(path(of, to), at), token).say(ticket(of, to));
    }

    private PortSocket open(int to) throws Exception {
        return open(jail, to, port);
    }

    /** Returns what a port says to this input, and ends both directions. */
    private String exchange(String path, String input) throws Exception {
        try (PortSocket socket = PortSocket.open(address(path, port), token)) {
            socket.say(ticket(jail, PlayedPort.OPEN)).awaitOpen().send(input).say("end");
            String all = socket.awaitEnd();
            assertThat(socket.closeCode()).isEqualTo(WebSocket.NORMAL_CLOSURE);
            return all;
        }
    }

    private List<String> recorded() {
        return jdbc.sql("""
                        SELECT detail ->> 'target' || ' ' || (detail ->> 'port') FROM audit_event
                        WHERE action = 'jail.port-forwarded' AND subject_id = ? ORDER BY id
                        """)
                .param(jail.id().toString())
                .query((row, number) -> String.valueOf(row.getString(1)))
                .list();
    }

    @Test
    void leadToTheJailAndAreRecordedOnceForEachPort() throws Exception {
        String path = path(jail, PlayedPort.OPEN);
        String own = jail.definition().addresses().primary().getFirst().toString();
        assertThat(exchange(path, "hello")).isEqualTo("127.0.0.1 0:0:0:0:0:0:0:1\nhelloend");
        assertThat(exchange(path, "again")).endsWith("\nagainend");
        assertThat(exchange(path + "?address=127.0.0.1", "")).isEqualTo("127.0.0.1\nend");
        assertThat(exchange(path + "?address=" + own, "")).startsWith(own);
        await().atMost(LONG)
                .untilAsserted(
                        () -> assertThat(recorded()).containsExactly("localhost 80", "127.0.0.1 80", own + " 80"));
    }

    /** Returns the status with which a WebSocket is refused before it is open. */
    private int refused(String path) {
        return status(catchThrowable(() -> PortSocket.open(address(path, port), token)));
    }

    private static int status(Throwable failure) {
        assertThat(failure).cause().isInstanceOf(WebSocketHandshakeException.class);
        return failure.getCause() instanceof WebSocketHandshakeException refused
                ? refused.getResponse().statusCode()
                : 0;
    }

    @Test
    void areRefusedBeforeTheyAreOpen() throws Exception {
        String path = path(jail, 80);
        assertThat(request("GET", path).statusCode()).isEqualTo(426);
        for (Object wrong : List.of(0, 65_536, -1)) {
            HttpResponse<String> answer = request("POST", path(jail, wrong) + "-ticket");
            assertThat(answer.statusCode()).isEqualTo(422);
            JsonNode errors = JsonMapper.shared().readTree(answer.body()).get("errors");
            assertThat(errors.get(0).get("pointer").asString()).isEqualTo("/port");
            assertThat(refused(path(jail, wrong))).isEqualTo(422);
        }
        assertThat(refused(path(jail, "http"))).isEqualTo(404);
        for (String elsewhere : List.of("169.254.169.254", "example.org", "0.0.0.0")) {
            HttpResponse<String> answer = request("GET", path + "?address=" + elsewhere);
            assertThat(answer.statusCode()).isEqualTo(422);
            assertThat(answer.body()).contains("target-not-of-jail", "Only ports of the jail itself", "/address");
        }
        assertThat(status(catchThrowable(() -> CLIENT.newWebSocketBuilder()
                        .subprotocols("bailiwick.forward.v1")
                        .header("Authorization", "Bearer " + token)
                        .header("Origin", "https://evil.example")
                        .buildAsync(address(path, port), new WebSocket.Listener() {})
                        .join())))
                .isEqualTo(403);

        reports.apply(host, List.of(Fleet.report(jail.id(), 1, Phase.STOPPED, Instant.now())));
        assertThat(request("POST", path + "-ticket").statusCode()).isEqualTo(409);
        assertThat(refused(path)).isEqualTo(409);
        connections.disconnected(host, fixtures.connect(host));
        HttpResponse<String> away = request("POST", path + "-ticket");
        assertThat(away.statusCode()).isEqualTo(503);
        assertThat(away.body()).contains("host-unreachable", "\"retryable\":true");
        assertThat(refused(path)).isEqualTo(503);
    }

    @Test
    void needTheRightToAConsole() throws Exception {
        give(jail, Right.FILES);
        token = token(caller());
        assertThat(request("POST", path(jail, 80) + "-ticket").statusCode()).isEqualTo(403);
        assertThat(refused(path(jail, 80))).isEqualTo(403);

        User stranger = users.create(
                Fleet.OPERATOR,
                "f-" + UUID.randomUUID(),
                "correct horse battery",
                new Membership.Of(fixtures.customer()));
        token = token(users.inSession(stranger.id()).orElseThrow());
        assertThat(request("POST", path(jail, 80) + "-ticket").statusCode()).isEqualTo(404);
        assertThat(refused(path(jail, 80))).isEqualTo(404);
    }

    @Test
    void needATicketOfTheirPortThatNobodyHasUsed() throws Exception {
        assertThat(socket(80).send("GET /").closeCode()).isEqualTo(4401);
        String used = ticket(jail, 80);
        try (PortSocket first = socket(80).say(used).awaitOpen()) {
            assertThat(socket(80).say(used).closeCode()).isEqualTo(1013);
            assertThat(first.closed()).isNotDone();
        }
        assertThat(socket(80).say(ticket(jail, PlayedPort.CLOSED)).closeCode()).isEqualTo(1013);
        assertThat(socket(80).say("no ticket").closeCode()).isEqualTo(1013);
    }

    @Test
    void sayHowTheyEnd() throws Exception {
        assertThat(open(PlayedPort.CLOSED).closeCode()).isEqualTo(4502);
        assertThat(open(PlayedPort.RESETTING).awaitOpen().closeCode()).isEqualTo(4502);
        assertThat(open(PlayedPort.OPEN).awaitOpen().say("enough").closeCode()).isEqualTo(4400);
        assertThat(open(PlayedPort.ENDLESS).awaitOpen().say("end").send("more").closeCode())
                .isEqualTo(4400);
        assertThat(open(PlayedPort.OPEN)
                        .awaitOpen()
                        .send(new byte[(64 << 10) + 1])
                        .closeCode())
                .isEqualTo(1009);
    }

    @Test
    void areBoundedTogetherWithThoseOverSsh() throws Exception {
        List<Connected> overSsh = new ArrayList<>();
        List<PortSocket> sockets = new ArrayList<>();
        try {
            for (int i = 1; i < Bound.FORWARDS_OF_A_JAIL.value(); i++) {
                Caller caller = caller();
                overSsh.add(forwards.connect(
                        caller, caller.rows().call(() -> forwards.prepare(caller, jail.id(), "localhost", 80))));
            }
            sockets.add(open(80).awaitOpen());
            assertThat(refused(path(jail, 80))).isEqualTo(503);
            assertThat(request("GET", path(jail, 80)).body()).contains("too-many-forwards");
            overSsh.removeLast().close();
            sockets.add(open(80).awaitOpen());
            assertThat(refused(path(jail, 80))).isEqualTo(503);
        } finally {
            overSsh.forEach(Connected::close);
            sockets.forEach(PortSocket::close);
        }
        await().atMost(LONG).ignoreExceptions().untilAsserted(() -> {
            List<PortSocket> all = new ArrayList<>();
            try {
                for (int i = 0; i < Bound.FORWARDS_OF_A_JAIL.value(); i++) {
                    all.add(open(80).awaitOpen());
                }
            } finally {
                all.forEach(PortSocket::close);
            }
        });
    }

    @Test
    void endWithinTwoSecondsAtEachReplicaWhenTheRightIsWithdrawn(@Autowired JdbcConnectionDetails database)
            throws Exception {
        try (ConfigurableApplicationContext replica = new SpringApplicationBuilder(
                        BailiwickServer.class, PlayedHost.class)
                .run(
                        "--spring.datasource.url=" + database.getJdbcUrl(),
                        "--spring.datasource.username=" + database.getUsername(),
                        "--spring.datasource.password=" + database.getPassword(),
                        "--server.port=0",
                        "--server.ssl.enabled=false",
                        "--management.server.port=-1")) {
            int there = Integer.parseInt(String.valueOf(replica.getEnvironment().getProperty("local.server.port")));
            List<PortSocket> all =
                    List.of(open(80).awaitOpen(), open(jail, 80, there).awaitOpen());
            give(jail, Right.POWER);
            for (PortSocket one : all) {
                assertThat(one.closed()).succeedsWithin(BOUND).isEqualTo(4401);
            }
        }
    }

    @Test
    void holdLittleForAClientThatDoesNotRead() throws Exception {
        try (PortSocket stalled = PortSocket.stalled(address(path(jail, PlayedPort.ENDLESS), port), token)) {
            long before = PlayedPort.endless();
            stalled.say(ticket(jail, PlayedPort.ENDLESS)).awaitOpen();
            await().atMost(LONG).during(Duration.ofSeconds(1)).until(PlayedPort::endless, new Unchanged()::since);
            assertThat(PlayedPort.endless() - before).isBetween(1L, MANY_BYTES);
            assertThat(exchange(path(jail, 80), "beside")).endsWith("\nbesideend");
            assertThat(PortSocket.heldBack(port)).isEqualTo(1);
            int ended = PlayedPort.ended();
            give(jail, Right.POWER);
            await().atMost(BOUND).until(() -> PlayedPort.ended() > ended);
            await().atMost(LONG)
                    .untilAsserted(() -> assertThat(PortSocket.heldBack(port)).isZero());
        }
    }

    /** Whether a number is still what it was when it was last asked. */
    private static final class Unchanged {

        private long last = -1;

        boolean since(long now) {
            boolean same = now == last;
            last = now;
            return same;
        }
    }
}
