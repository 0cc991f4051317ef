package dev.bailiwick.server.jail.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.FakeLogs;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.Visitor;
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
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.placement.NewJail;
import dev.bailiwick.server.secret.SealingKey;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.session.SessionRepository;

/** The logs of jails by the API and on their page, for two customers; that they have what a jail wrote is seen with a real agent. */
@WebTest
class LogsTest {

    private static final String PASSWORD = "correct horse battery";
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    @LocalServerPort
    private int port;

    @Autowired
    private Users users;

    @Autowired
    private Members members;

    @Autowired
    private ApiTokens tokens;

    @Autowired
    private Jails jails;

    @Autowired
    private Fleet.Fixtures fixtures;

    @Autowired
    private Fleet.Paths hosts;

    @Autowired
    private SessionRepository<?> sessions;

    @Autowired
    private SealingKey key;

    private CustomerId customer;
    private JailId jail;
    private User owner;

    @BeforeEach
    void define() {
        customer = fixtures.customer();
        jail = jails.define(
                        Fleet.OPERATOR,
                        new NewJail(
                                customer,
                                Optional.of(fixtures.connectedHostWithPool()),
                                Optional.empty(),
                                Fleet.named("shop")))
                .id();
        owner = person(customer);
    }

    @Test
    void sendsTheBytesAsTheyWereWritten() throws Exception {
        byte[] written = new byte[1_000];
        for (int i = 0; i < written.length; i++) {
            written[i] = (byte) i;
        }
        hosts.logs().write(jail, written);

        HttpResponse<byte[]> answer = CLIENT.send(request(owner, "").build(), HttpResponse.BodyHandlers.ofByteArray());

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo(written);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("text/plain;charset=UTF-8");
        assertThat(answer.headers().firstValue("Cache-Control")).hasValue("no-store, no-transform");
    }

    @Test
    void hasADocumentForEachLine() throws Exception {
        hosts.logs().write(jail, "one \"quoted\" line that is longer than what a host sends at a time\n");
        hosts.logs().write(jail, new byte[] {-1, '\n'});
        hosts.logs().write(jail, "open");

        HttpResponse<String> answer = send(owner, "?format=ndjson");

        String at = "\"at\":\"" + FakeLogs.AT + "\",\"stream\":\"output\"";
        assertThat(answer.body().lines())
                .containsExactly(
                        "{\"offset\":0," + at
                                + ",\"text\":\"one \\\"quoted\\\" line that is longer than what a host sends at a time\"}",
                        "{\"offset\":66," + at + ",\"base64\":\"/w==\"}",
                        "{\"offset\":68," + at + ",\"text\":\"open\",\"partial\":true}",
                        "{\"end\":72}");
        assertThat(send(owner, "?format=ndjson&offset=66").body()).startsWith("{\"offset\":66,");
    }

    @Test
    void goesOnWhereAnAnswerEnded() throws Exception {
        hosts.logs().write(jail, "one\nop");
        assertThat(send(owner, "?format=ndjson").body()).endsWith("\n{\"end\":6}\n");
        assertThat(send(owner, "?format=ndjson&offset=6").body()).isEqualTo("{\"end\":6}\n");

        hosts.logs().write(jail, "en\n");

        assertThat(send(owner, "?format=ndjson&offset=6").body().lines())
                .satisfiesExactly(
                        line -> assertThat(line).startsWith("{\"offset\":6,").contains("\"text\":\"en\"}"),
                        line -> assertThat(line).isEqualTo("{\"end\":9}"));
        assertThat(send(owner, "?format=events").body()).doesNotContain("\"end\"");
    }

    @Test
    void followsUntilTheRightIsWithdrawn() throws Exception {
        User colleague = person(fixtures.customer());
        members.put(Fleet.OPERATOR, customer, colleague.id(), with(Right.LOGS));
        hosts.logs().write(jail, "before\n");
        HttpResponse<InputStream> stream = CLIENT.send(
                request(colleague, "?follow=true&format=events&offset=0").build(),
                HttpResponse.BodyHandlers.ofInputStream());
        BufferedReader events = new BufferedReader(new InputStreamReader(stream.body(), StandardCharsets.UTF_8));

        assertThat(nextEvent(events)).startsWith("id: 7\ndata: {\"offset\":0,").contains("before");
        hosts.logs().write(jail, "later\n");
        assertThat(nextEvent(events)).startsWith("id: 13\ndata: {\"offset\":7,").contains("later");
        HttpResponse<InputStream> resumed = CLIENT.send(
                request(colleague, "?follow=true&format=events&tail=0")
                        .header("Last-Event-ID", "7")
                        .build(),
                HttpResponse.BodyHandlers.ofInputStream());
        try (BufferedReader again = new BufferedReader(new InputStreamReader(resumed.body(), StandardCharsets.UTF_8))) {
            assertThat(nextEvent(again)).startsWith("id: 13\n");
        }

        members.put(Fleet.OPERATOR, customer, colleague.id(), with(Right.POWER));

        assertThat(CompletableFuture.runAsync(() -> events.lines().forEach(line -> {})))
                .succeedsWithin(Duration.ofSeconds(30));
        assertThat(send(colleague, "").statusCode()).isEqualTo(403);
    }

    @Test
    void isForThoseWithTheRightAndTheScope() throws Exception {
        hosts.logs().write(jail, "secret\n");
        HttpResponse<String> foreign = send(person(fixtures.customer()), "");
        assertThat(foreign.statusCode()).isEqualTo(404);
        assertThat(foreign.body()).doesNotContain("secret");
        Caller caller = users.inSession(owner.id()).orElseThrow();
        String narrow = tokens.issue(caller, new TokenRequest("narrow", Set.of(Scope.JAILS_READ), null))
                .secret();
        assertThat(CLIENT.send(
                                HttpRequest.newBuilder(
                                                request(owner, "").build().uri())
                                        .header("Authorization", "Bearer " + narrow)
                                        .build(),
                                HttpResponse.BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(403);
    }

    @Test
    void namesTheParameterThatIsWrong() throws Exception {
        for (String wrong : List.of(
                "since=yesterday",
                "until=1",
                "since=%2B999999999-12-31T23:59:59Z",
                "until=-999999999-01-01T00:00:00Z",
                "since=-1",
                "since=1000000000000000000",
                "tail=-1",
                "tail=1000000000000000000",
                "offset=-1",
                "offset=99999999999999999999",
                "tail=100001",
                "offset=x",
                "grep=",
                "grep=" + "x".repeat(257),
                "format=xml",
                "until=2026-11-30T12:00:00Z&follow=true")) {
            HttpResponse<String> answer = send(owner, "?" + wrong);
            assertThat(answer.statusCode()).as(wrong).isEqualTo(422);
            assertThat(answer.body()).contains("\"/" + wrong.split("=", 2)[0] + "\"");
        }
    }

    @Test
    void refusesATimeOutOfRangeOnThePageToo() throws Exception {
        Visitor visitor = new Visitor(port);
        visitor.signIn(sessions, key, owner);
        String far = "?since=%2B999999999-12-31T23:59:59Z";

        HttpResponse<String> page = visitor.get("/jails/" + jail + "/log" + far);

        assertThat(page.statusCode()).isEqualTo(422);
        assertThat(page.body()).contains("must be a time between 1970 and 9999").doesNotContain("Nothing was written");
        assertThat(visitor.get("/jails/" + jail + "/log/text" + far).statusCode())
                .isEqualTo(422);
    }

    @Test
    void endsWhenAHostSendsNothingAndClaimsThereIsMore() throws Exception {
        hosts.logs().write(jail, "before\n");
        HttpResponse<InputStream> stream = CLIENT.send(
                request(owner, "?follow=true&format=ndjson").build(), HttpResponse.BodyHandlers.ofInputStream());
        BufferedReader lines = new BufferedReader(new InputStreamReader(stream.body(), StandardCharsets.UTF_8));
        assertThat(lines.readLine()).contains("before");

        hosts.logs().hold(jail);

        assertThat(CompletableFuture.runAsync(() -> lines.lines().forEach(line -> {}))
                        .handle((_, _) -> true))
                .succeedsWithin(Duration.ofSeconds(30));
        for (String query : List.of("", "?grep=x&offset=0")) {
            HttpResponse<String> answer = send(owner, query);
            assertThat(answer.statusCode()).as(query).isEqualTo(503);
            assertThat(answer.body()).contains("log-unreadable");
        }
    }

    @Test
    void leavesOutOfThePageWhatItIsFarBehind() throws Exception {
        hosts.logs().write(jail, "\n".repeat(5_000));
        Visitor visitor = new Visitor(port);
        visitor.signIn(sessions, key, owner);
        HttpResponse<InputStream> stream = CLIENT.send(
                visitor.request("/jails/" + jail + "/log/live").build(), HttpResponse.BodyHandlers.ofInputStream());
        try (BufferedReader events = new BufferedReader(new InputStreamReader(stream.body(), StandardCharsets.UTF_8))) {
            assertThat(nextEvent(events)).startsWith("id: 4050\n").contains("4,000 bytes are not shown");
            assertThat(nextEvent(events)).startsWith("id: 4100\n").doesNotContain("not shown");
        }
    }

    @Test
    void showsWhatIsHostileAsText() throws Exception {
        hosts.logs().write(jail, "\u001b[31m<script>alert(1)</script>\u001b]0;x\u0007\n\"><img src=x>\u0000\n");
        Visitor visitor = new Visitor(port);
        visitor.signIn(sessions, key, owner);

        String page = visitor.get("/jails/" + jail + "/log").body();

        assertThat(page)
                .contains("The host keeps the last 48 MiB.")
                .contains("<span class=\"fg1\">&lt;script&gt;alert(1)&lt;/script&gt;</span>")
                .contains("&quot;&gt;&lt;img src=x&gt;\u2400")
                .doesNotContain("<script>alert", "<img src=x", "style=");
        assertThat(visitor.get("/jails/" + jail).body()).contains("hx-get=\"/jails/" + jail + "/log/end\"");
        assertThat(visitor.get("/jails/" + jail + "/log/end").body())
                .contains("&lt;script&gt;alert(1)&lt;/script&gt;")
                .doesNotContain("<script>alert", "<img src=x", "<html");
        HttpResponse<String> file = visitor.get("/jails/" + jail + "/log/text");
        assertThat(file.headers().firstValue("Content-Disposition")).hasValue("attachment; filename=\"shop.log\"");
        assertThat(file.body()).contains("<script>alert(1)</script>");
        Visitor stranger = new Visitor(port);
        stranger.signIn(sessions, key, person(fixtures.customer()));
        for (String path : List.of("/log", "/log/text", "/log/live", "/log/end")) {
            assertThat(stranger.get("/jails/" + jail + path).statusCode()).isEqualTo(404);
        }
    }

    private User person(CustomerId of) {
        return users.create(Fleet.OPERATOR, "l-" + UUID.randomUUID(), PASSWORD, new Membership.Of(of));
    }

    private MemberChange with(Right right) {
        return new MemberChange(MemberRole.COLLEAGUE, List.of(new JailRights(jail, Set.of(right))));
    }

    private HttpRequest.Builder request(User user, String query) {
        Caller caller = users.inSession(user.id()).orElseThrow();
        String secret = tokens.issue(caller, new TokenRequest("logs", Set.of(Scope.JAILS_READ, Scope.JAILS_LOGS), null))
                .secret();
        return new Visitor(port)
                .request("/api/v1/jails/" + jail + "/logs" + query)
                .header("Authorization", "Bearer " + secret);
    }

    private HttpResponse<String> send(User user, String query) throws Exception {
        return CLIENT.send(request(user, query).build(), HttpResponse.BodyHandlers.ofString());
    }

    private static String nextEvent(BufferedReader events) throws Exception {
        StringBuilder event = new StringBuilder();
        for (String line = events.readLine(); line != null; line = events.readLine()) {
            if (line.isEmpty() && !event.isEmpty()) {
                return event.toString();
            }
            if (!line.isEmpty() && !line.startsWith(":")) {
                event.append(line).append('\n');
            }
        }
        return event.toString();
    }
}
