package dev.bailiwick.server.jail.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.jail.stream.ExecId;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.Visitor;
import dev.bailiwick.server.WebTest;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.user.Membership;
import dev.bailiwick.server.account.user.User;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.jail.JailActions;
import dev.bailiwick.server.jail.JailReports;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.placement.NewJail;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.secret.SealingKey;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.session.SessionRepository;

/** The pages of sessions, up to the terminal; what is in that is seen with a real agent and browser. */
@WebTest
class ConsolePagesTest {

    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    @LocalServerPort
    private int port;

    @Autowired
    private Users users;

    @Autowired
    private Jails jails;

    @Autowired
    private JailActions actions;

    @Autowired
    private JailReports reports;

    @Autowired
    private Fleet.Fixtures fixtures;

    @Autowired
    private Fleet.Paths hosts;

    @Autowired
    private SessionRepository<?> sessions;

    @Autowired
    private SealingKey key;

    private CustomerId customer;
    private JailView jail;
    private Visitor owner;
    private String path;

    @BeforeEach
    void aJailThatRuns() {
        customer = fixtures.customer();
        jail = jails.define(
                Fleet.OPERATOR,
                new NewJail(
                        customer,
                        Optional.of(fixtures.connectedHostWithPool()),
                        Optional.empty(),
                        Fleet.named("shop")));
        reports.apply(jail.host(), List.of(Fleet.report(jail.id(), 1, Phase.RUNNING, Instant.now())));
        owner = visitor(customer);
        path = "/jails/" + jail.id() + "/console";
    }

    private Visitor visitor(CustomerId of) {
        User user =
                users.create(Fleet.OPERATOR, "c-" + UUID.randomUUID(), "correct horse battery", new Membership.Of(of));
        Visitor visitor = new Visitor(port);
        visitor.signIn(sessions, key, user);
        return visitor;
    }

    private String open(Map<String, String> fields) throws Exception {
        HttpResponse<String> opened = owner.send(path, path, fields);
        assertThat(opened.statusCode()).as(opened.body()).isEqualTo(302);
        return opened.headers().firstValue("Location").orElseThrow().replaceFirst("^https?://[^/]+", "");
    }

    @Test
    void openAndShowAndEndASession() throws Exception {
        assertThat(owner.get("/jails/" + jail.id()).body()).contains("href=\"" + path + "\"");
        assertThat(owner.get(path).body()).contains("None. Open one below.");
        String session = open(Map.of("command", "", "user", ""));
        assertThat(session).startsWith(path + "/");
        assertThat(owner.get(path).body())
                .contains("href=\"" + session + "\"", "/bin/sh", ">&lt;b&gt;<", "Open /bin/sh, opened by c-")
                .doesNotContain("><b><", "user:");
        assertThat(owner.get(session).body())
                .contains("data-attach=\"" + session + "/attach\"", "data-bytes=\"42\"", "data-terminal=\"true\"")
                .containsPattern("src=\"/js/console/[0-9a-f]{32}/page.js\"");

        HttpResponse<String> ended = owner.send(path, session + "/end", Map.of());
        assertThat(ended.statusCode()).isEqualTo(302);
        assertThat(hosts.endedSessions()).contains(ExecId.parse(session.substring(session.lastIndexOf('/') + 1)));
        HttpResponse<String> gone = owner.get(session);
        assertThat(gone.statusCode()).isEqualTo(410);
        assertThat(gone.body()).contains("does not exist any more");
    }

    @Test
    void showTheTerminalOfTheInitWhichNobodyEnds() throws Exception {
        ExecId init = hosts.openTerminal(jail.id());
        String session = path + "/" + init;
        assertThat(owner.get(path).body())
                .contains("href=\"" + session + "\"", "Terminal of the init")
                .doesNotContain(session + "/end");
        assertThat(owner.get(session).body())
                .contains("data-attach=\"" + session + "/attach\"", "data-bytes=\"1000\"")
                .doesNotContain("do-end-console");
        HttpResponse<String> refused = owner.send(path, session + "/end", Map.of());
        assertThat(refused.statusCode()).isEqualTo(409);
        assertThat(refused.body()).contains("It ends when the jail stops.");
        assertThat(hosts.endedSessions()).doesNotContain(init);
    }

    @Test
    void showWhatIsWrongBesideTheFieldThatHasIt() throws Exception {
        HttpResponse<String> answer = owner.send(path, path, Map.of("command", "top", "user", "no such/user"));
        assertThat(answer.statusCode()).isEqualTo(422);
        assertThat(answer.body()).contains("id=\"user-error\"", "value=\"top\"", "value=\"no such/user\"");

        actions.stop(Fleet.OPERATOR, jail.id());
        reports.apply(jail.host(), List.of(Fleet.report(jail.id(), 2, Phase.STOPPED, Instant.now())));
        HttpResponse<String> stopped = owner.send(path, path, Map.of());
        assertThat(stopped.statusCode()).isEqualTo(409);
        assertThat(stopped.body()).contains("id=\"command-error\"", "The jail does not run.");
    }

    @Test
    void saysThatTheHostIsSilent() throws Exception {
        hosts.silence(jail.host());
        HttpResponse<String> silent = owner.get(path);
        assertThat(silent.statusCode()).isEqualTo(503);
        assertThat(silent.headers().firstValue("Retry-After")).isPresent();
        assertThat(silent.body()).contains("it is silent").doesNotContain("do-open-console");
    }

    @Test
    void issuesTicketsOnlyToFormsOfItsPages() throws Exception {
        String session = open(Map.of("command", "top"));
        HttpResponse<String> issued = owner.send(session, session + "/ticket", Map.of());
        assertThat(issued.statusCode()).isEqualTo(200);
        assertThat(issued.body()).matches("\\{\"ticket\":\"[A-Za-z0-9_-]{43}\"}");
        assertThat(issued.headers().firstValue("Cache-Control")).hasValue("no-store");
        assertThat(owner.form(session + "/ticket", "forged", Map.of()).statusCode())
                .isEqualTo(403);

        for (Optional<String> origin : List.of(Optional.<String>empty(), Optional.of("https://evil.example"))) {
            assertThatThrownBy(() -> socket(session, origin).join())
                    .cause()
                    .isInstanceOfSatisfying(
                            WebSocketHandshakeException.class,
                            refused -> assertThat(refused.getResponse().statusCode())
                                    .isEqualTo(403));
        }
        WebSocket attached =
                socket(session, Optional.of("http://127.0.0.1:" + port)).join();
        assertThat(attached.getSubprotocol()).isEqualTo("bailiwick.v1");
        attached.abort();
        assertThat(owner.get(session + "/attach").statusCode()).isEqualTo(426);
        assertThat(owner.get(session + "/attach?offset=-1").statusCode()).isEqualTo(422);
    }

    private CompletableFuture<WebSocket> socket(String session, Optional<String> origin) {
        WebSocket.Builder builder = CLIENT.newWebSocketBuilder()
                .subprotocols("bailiwick.v1")
                .header("Cookie", "__Host-session=" + owner.cookies().get("__Host-session"));
        origin.ifPresent(from -> builder.header("Origin", from));
        return builder.buildAsync(
                URI.create("ws://127.0.0.1:" + port + session + "/attach?offset=0"), new WebSocket.Listener() {});
    }

    @Test
    void areNotThereForStrangers() throws Exception {
        String session = open(Map.of());
        Visitor stranger = visitor(fixtures.customer());
        for (String page : List.of(path, session, session + "/attach")) {
            assertThat(stranger.get(page).statusCode()).as(page).isEqualTo(404);
        }
    }
}
