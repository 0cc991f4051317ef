package dev.bailiwick.server.account.signin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.server.BailiwickServer;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.Visitor;
import dev.bailiwick.server.WebTest;
import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.account.authentication.Origin;
import dev.bailiwick.server.account.authentication.SessionUser;
import dev.bailiwick.server.account.session.SessionCookies;
import dev.bailiwick.server.account.signin.form.SignedCsrfTokens;
import dev.bailiwick.server.account.token.ApiTokens;
import dev.bailiwick.server.account.token.TokenRequest;
import dev.bailiwick.server.account.user.Membership;
import dev.bailiwick.server.account.user.User;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.bounds.Bound;
import dev.bailiwick.server.secret.SealingKey;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.session.SessionRepository;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@WebTest
class SessionsTest {

    private static final String PASSWORD = "correct horse battery";

    @LocalServerPort
    private int port;

    @Autowired
    private Users users;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private JdbcConnectionDetails database;

    @Autowired
    private SessionRepository<?> sessions;

    @Autowired
    private SealingKey key;

    @Autowired
    private ApiTokens tokens;

    @Autowired
    private JsonMapper json;

    private String login = "";
    private User user;

    @BeforeEach
    void somebody() {
        login = "s-" + UUID.randomUUID();
        user = users.create(Fleet.OPERATOR, login, PASSWORD, new Membership.Staff(Role.OWNER));
    }

    @Test
    void beginsNoSessionBeforeSignIn() throws Exception {
        long before = sessions();
        Visitor stranger = new Visitor(port);
        stranger.get("/jails?q=" + "x".repeat(6_000));
        stranger.get("/sign-in");
        stranger.get("/no-such-page");
        stranger.signIn(login, "wrong");
        stranger.send(stranger.request("/jails").POST(HttpRequest.BodyPublishers.ofString("a=b")));

        assertThat(stranger.cookies()).doesNotContainKey(SessionCookies.NAME);
        assertThat(sessions()).isEqualTo(before);
    }

    @Test
    void keepsNothingOfALongRequest() throws Exception {
        Visitor stranger = new Visitor(port);
        assertThat(stranger.get("/jails?q=" + "x".repeat(6_000)).headers().allValues("Set-Cookie"))
                .noneMatch(cookie -> cookie.startsWith(ReturnPaths.COOKIE));
    }

    @Test
    void leadsToWhereTheVisitorWantedToGo() throws Exception {
        Visitor visitor = new Visitor(port);
        visitor.get("/hosts?from=sign-in");
        assertThat(location(visitor.signIn(login, PASSWORD))).endsWith("/hosts?from=sign-in");
        assertThat(visitor.cookies()).doesNotContainKey(ReturnPaths.COOKIE).containsKey(SessionCookies.NAME);
    }

    @Test
    void leadsNowhereThatItHasNotSignedItself() throws Exception {
        Visitor visitor = new Visitor(port);
        visitor.get("/hosts");
        visitor.cookies().put(ReturnPaths.COOKIE, "OTk5OTk5OTk5OTkgaHR0cHM6Ly9ldmls.AAAA");
        assertThat(location(visitor.signIn(login, PASSWORD))).endsWith("/jails");
    }

    @Test
    void takesNoFormTokenFromBeforeSignInOrOfAnotherSession() throws Exception {
        Visitor stranger = new Visitor(port);
        stranger.get("/sign-in");
        String before = stranger.cookies().get(SignedCsrfTokens.COOKIE);
        Visitor visitor = signedIn();
        String after = visitor.cookies().put(SignedCsrfTokens.COOKIE, String.valueOf(before));
        assertThat(visitor.form("/sign-out", String.valueOf(before), Map.of()).statusCode())
                .isEqualTo(403);
        Visitor other = signedIn();
        other.get("/jails");
        String foreign = String.valueOf(other.cookies().get(SignedCsrfTokens.COOKIE));
        visitor.cookies().put(SignedCsrfTokens.COOKIE, foreign);
        assertThat(visitor.form("/sign-out", foreign, Map.of()).statusCode()).isEqualTo(403);
        assertThat(visitor.get("/jails").statusCode()).isEqualTo(200);
        assertThat(after).isNotEqualTo(before);
    }

    @Test
    void readsNoSessionOfACookieThatWasMadeUp() throws Exception {
        Visitor visitor = signedIn();
        String id = String.valueOf(visitor.cookies().get(SessionCookies.NAME)).split("\\.", 2)[0];
        assertThat(jdbc.sql("SELECT count(*) FROM web_session WHERE session_id = ?")
                        .param(id)
                        .query(Long.class)
                        .single())
                .isOne();
        // The id in the database is not enough.
        visitor.cookies().put(SessionCookies.NAME, id);
        assertThat(visitor.get("/jails").statusCode()).isEqualTo(302);
        visitor.cookies().put(SessionCookies.NAME, id + "." + "A".repeat(43));
        assertThat(visitor.get("/jails").statusCode()).isEqualTo(302);
    }

    @Test
    void endsTheOldestOfTooManySessions() throws Exception {
        Visitor first = signedIn();
        for (int i = 0; i < Bound.SESSIONS_OF_A_USER.value(); i++) {
            jdbc.sql("""
                            INSERT INTO web_session SELECT gen_random_uuid(), gen_random_uuid(), creation_time + ?, last_access_time,
                                max_inactive_interval, expiry_time, principal_name FROM web_session WHERE principal_name = ? LIMIT 1
                            """).params(i + 1, user.id().toString()).update();
        }
        assertThat(jdbc.sql("SELECT count(*) FROM web_session WHERE principal_name = ?")
                        .param(user.id().toString())
                        .query(Long.class)
                        .single())
                .isEqualTo(Bound.SESSIONS_OF_A_USER.value());
        assertThat(first.get("/jails").statusCode()).isEqualTo(302);
    }

    @Test
    void theSchemaRejectsASessionOfNobody() {
        assertThatThrownBy(() -> jdbc.sql("INSERT INTO web_session VALUES ('a', 'a', 1, 1, 1, 1, NULL)")
                        .update())
                .isInstanceOf(DataAccessException.class);
    }

    @Test
    void writesTheUseOfASessionOnceAMinute() throws Exception {
        Visitor visitor = signedIn();
        long signedIn = lastAccess();
        visitor.get("/jails");
        assertThat(lastAccess()).isEqualTo(signedIn);
        jdbc.sql("UPDATE web_session SET last_access_time = last_access_time - 61000")
                .update();
        visitor.get("/jails");
        assertThat(lastAccess()).isGreaterThanOrEqualTo(signedIn);
    }

    @Test
    void givesASessionToEveryReplica() throws Exception {
        Visitor visitor = signedIn();
        try (var replica = new SpringApplicationBuilder(BailiwickServer.class)
                .run(
                        "--spring.datasource.url=" + database.getJdbcUrl(),
                        "--spring.datasource.username=" + database.getUsername(),
                        "--spring.datasource.password=" + database.getPassword(),
                        "--server.port=0",
                        "--server.ssl.enabled=false",
                        "--management.server.port=-1")) {
            int otherPort = replica.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
            Visitor there = visitor.at(otherPort);
            assertThat(there.get("/jails").statusCode()).isEqualTo(200);
            // One replica accepts a form of another.
            assertThat(location(there.send("/jails", "/sign-out", Map.of()))).endsWith("/sign-in?signedOut");
            assertThat(visitor.get("/jails").statusCode()).isEqualTo(302);
        }
    }

    @Test
    void bringsWhatIsShownOnceWithoutTheDatabase() throws Exception {
        Visitor visitor = signedIn();
        HttpResponse<String> defined = visitor.send("/hosts/new", "/hosts", Map.of("name", "h" + System.nanoTime()));
        String page = location(defined).replaceFirst("^http://[^/]*", "");
        assertThat(visitor.get(page).body()).contains("bailiwick-agent join");
        assertThat(visitor.get(page).body()).doesNotContain("bailiwick-agent join");
        assertThat(jdbc.sql("SELECT DISTINCT attribute_name FROM web_session_attributes")
                        .query(String.class)
                        .list())
                .isSubsetOf(
                        SessionUser.USER,
                        SessionUser.ADDRESS,
                        SessionUser.DEVICE,
                        SessionUser.FACTORS,
                        SessionUser.PASSWORD_VERSION);
    }

    @Test
    void theApiListsAndEndsThem() throws Exception {
        Visitor visitor = new Visitor(port);
        visitor.signIn(login, PASSWORD);
        Visitor other = signedIn();
        String token = tokens.issue(
                        users.inSession(user.id()).orElseThrow(),
                        new TokenRequest("t", Set.of(Scope.TOKENS_READ, Scope.TOKENS_WRITE), null))
                .secret();

        JsonNode items = json.readTree(api("GET", "", token).body()).get("items");
        assertThat(items).hasSize(2);
        JsonNode typed = items.get(items.get(0).get("address").asString().isEmpty() ? 1 : 0);
        assertThat(typed.get("address").asString()).isEqualTo("127.0.0.1");
        assertThat(typed.get("device").asString()).startsWith("Java-http-client");
        assertThat(typed.get("by").asString()).isEqualTo("password");

        String one = "/" + typed.get("key").asString();
        assertThat(api("DELETE", one, token).statusCode()).isEqualTo(204);
        assertThat(api("DELETE", one, token).statusCode()).isEqualTo(404);
        assertThat(visitor.get("/jails").statusCode()).isEqualTo(302);
        assertThat(other.get("/jails").statusCode()).isEqualTo(200);
        assertThat(api("DELETE", "", token).statusCode()).isEqualTo(204);
        assertThat(other.get("/jails").statusCode()).isEqualTo(302);
    }

    @Test
    void aDeviceCannotPutAnythingIntoThePageOrTheAudit() {
        String device = "<script>\u00e9 \t" + "x".repeat(5_000);
        assertThat(Origin.of(request(device)).device())
                .startsWith("<script>? ?xxx")
                .hasSize(200);
        assertThat(Origin.of(new MockHttpServletRequest()).device()).isEmpty();
    }

    private static MockHttpServletRequest request(String device) {
        MockHttpServletRequest request = new MockHttpServletRequest();
        request.addHeader("User-Agent", device);
        return request;
    }

    private HttpResponse<String> api(String method, String path, String token) throws Exception {
        Visitor program = new Visitor(port);
        return program.send(program.request("/api/v1/sessions" + path)
                .header("Authorization", "Bearer " + token)
                .method(method, HttpRequest.BodyPublishers.noBody()));
    }

    private Visitor signedIn() throws Exception {
        Visitor visitor = new Visitor(port);
        visitor.signIn(sessions, key, user);
        return visitor;
    }

    private long lastAccess() {
        return jdbc.sql("SELECT max(last_access_time) FROM web_session JOIN app_user ON id = user_id WHERE login = ?")
                .param(login)
                .query(Long.class)
                .single();
    }

    private long sessions() {
        return jdbc.sql("SELECT count(*) FROM web_session WHERE expiry_time > 1000 * extract(epoch FROM now())")
                .query(Long.class)
                .single();
    }

    private static String location(HttpResponse<String> response) {
        return response.headers().firstValue("Location").orElse("nowhere: " + response.statusCode());
    }
}
