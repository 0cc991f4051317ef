package dev.bailiwick.server.request;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.Fleet.Fixtures;
import dev.bailiwick.server.Visitor;
import dev.bailiwick.server.WebTest;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.account.token.ApiTokens;
import dev.bailiwick.server.account.token.TokenRequest;
import dev.bailiwick.server.account.user.Membership;
import dev.bailiwick.server.account.user.User;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.secret.SealingKey;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.session.SessionRepository;

/** Sends all spellings of a path past each filter that reads paths: none reaches what the filter protects. */
@WebTest
class SpellingsTest {

    private static final String PASSWORD = "correct horse battery";
    private static final int ATTEMPTS_AT_A_LOGIN = 5;

    @LocalServerPort
    private int port;

    @Autowired
    private Users users;

    @Autowired
    private ApiTokens tokens;

    @Autowired
    private Fixtures fixtures;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private SessionRepository<?> sessions;

    @Autowired
    private SealingKey key;

    private User user;
    private Caller caller;

    @BeforeEach
    void somebody() {
        user = users.create(Fleet.OPERATOR, "p-" + UUID.randomUUID(), PASSWORD, new Membership.Staff(Role.OWNER));
        caller = Caller.staff(user.id(), user.login(), Role.OWNER);
    }

    /** Returns other spellings of {@code /a/b}, {@code /a:b} and so on. */
    static Stream<String> spellings(String path) {
        String first = path.substring(1, 2);
        String escaped = "%" + Integer.toHexString(first.charAt(0));
        return Stream.of(
                "/" + escaped + path.substring(2),
                path.substring(0, path.length() - 1) + "%" + Integer.toHexString(path.charAt(path.length() - 1)),
                path.substring(0, path.length() - 1) + "%"
                        + Integer.toHexString(path.charAt(path.length() - 1)).toUpperCase(Locale.ROOT),
                "/" + path,
                "/." + path,
                "/%2e" + path,
                "/x/.." + path,
                "/x/%2e%2e" + path,
                "/x/%2E./" + path.substring(1),
                path + ";a=b",
                path + "%3Ba=b",
                "/;a" + path,
                path.replaceFirst("/([^/]*)$", "//$1"),
                path.replaceFirst("/([^/]*)$", "/%2F$1"),
                path.replaceFirst("/([^/]*)$", "/%5C$1"),
                path.replace(":", "%3A").replaceFirst("^/s", "/%73").replaceFirst("^/a", "/%61"),
                path + "/",
                path + "/.",
                path + "/x/..",
                path + "%00",
                path + "%20");
    }

    static Stream<String> signIn() {
        return spellings("/sign-in");
    }

    static Stream<String> simulation() {
        return spellings("/api/v1/policies:simulate");
    }

    static Stream<String> customers() {
        return spellings("/api/v1/customers");
    }

    static Stream<String> hosts() {
        return spellings("/hosts");
    }

    /** Each filter does apply to the plain path; otherwise the other tests would prove nothing. */
    @Test
    void thePlainPathsAreWhatTheFiltersAreFor() throws Exception {
        assertThat(large("/api/v1/policies:simulate").statusCode()).isEqualTo(413);
        String name = "plain-" + UUID.randomUUID();
        assertThat(create("/api/v1/customers", name, "k").statusCode()).isEqualTo(201);
        assertThat(create("/api/v1/customers", name, "k").statusCode()).isEqualTo(201);
        assertThat(named(name)).isOne();
        Visitor guesser = new Visitor(port);
        for (int i = 0; i < ATTEMPTS_AT_A_LOGIN; i++) {
            guesser.signIn(user.login(), "wrong");
        }
        assertThat(guesser.signIn(user.login(), PASSWORD).statusCode()).isEqualTo(429);
    }

    @Test
    void countsEverySpellingOfALoginAsOne() throws Exception {
        Visitor guesser = new Visitor(port);
        String login = user.login();
        for (String spelt :
                List.of("  " + login, login + " ", login.toUpperCase(Locale.ROOT), "\u00a0" + login, login)) {
            assertThat(guesser.signIn(spelt, "wrong").statusCode()).isEqualTo(401);
        }
        assertThat(guesser.signIn("  " + login, PASSWORD).statusCode()).isEqualTo(429);
    }

    @ParameterizedTest
    @MethodSource("signIn")
    void signsNobodyInPastTheLimit(String path) throws Exception {
        Visitor guesser = new Visitor(port);
        guesser.get("/sign-in");
        String token = String.valueOf(guesser.cookies().get("__Host-csrf"));
        // An attempt with that spelling might not be counted by the limit, so it must not sign in.
        HttpResponse<String> answer = guesser.form(path, token, Map.of("login", user.login(), "password", PASSWORD));
        assertThat(answer.statusCode()).isIn(302, 400, 403, 404, 405);
        assertThat(guesser.cookies()).doesNotContainKey("__Host-session");
    }

    @ParameterizedTest
    @MethodSource("simulation")
    void readsNoLargeBody(String path) throws Exception {
        assertFails(large(path));
    }

    @ParameterizedTest
    @MethodSource("customers")
    void takesNoEffectTwice(String path) throws Exception {
        String name = "c-" + UUID.randomUUID();
        for (int i = 0; i < 2; i++) {
            assertFails(create(path, name, "key"));
        }
        assertThat(named(name)).isZero();
    }

    @ParameterizedTest
    @MethodSource("customers")
    void knowsTheScope(String path) throws Exception {
        assertFails(send(request(path, Set.of(Scope.JAILS_READ)).GET()));
    }

    @ParameterizedTest
    @MethodSource("customers")
    void answersStrangersInTheFormOfTheApi(String path) throws Exception {
        assertFails(send(new Visitor(port).request(path).GET()));
    }

    @ParameterizedTest
    @MethodSource("hosts")
    void keepsCustomersFromThePagesOfOperators(String path) throws Exception {
        User customer = users.create(
                Fleet.OPERATOR, "k-" + UUID.randomUUID(), PASSWORD, new Membership.Of(fixtures.customer()));
        Visitor visitor = new Visitor(port);
        visitor.signIn(sessions, key, customer);
        assertThat(visitor.get("/jails").statusCode()).isEqualTo(200);
        assertThat(visitor.get("/hosts").statusCode()).isEqualTo(403);
        assertThat(visitor.get(path).statusCode()).isIn(400, 403, 404);
    }

    private HttpResponse<String> large(String path) throws Exception {
        return send(request(path, Role.OWNER.scopes())
                .POST(BodyPublishers.ofString("{\"x\":\"" + "x".repeat(2 << 20) + "\"}")));
    }

    private HttpResponse<String> create(String path, String name, String idempotencyKey) throws Exception {
        return send(request(path, Role.OWNER.scopes())
                .header("Idempotency-Key", idempotencyKey + name)
                .POST(BodyPublishers.ofString("{\"name\":\"" + name + "\"}")));
    }

    private HttpRequest.Builder request(String path, Set<Scope> scopes) {
        String secret =
                tokens.issue(caller, new TokenRequest("t", scopes, null)).secret();
        return new Visitor(port)
                .request(path)
                .header("Authorization", "Bearer " + secret)
                .header("Content-Type", "application/json");
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return new Visitor(port).send(request);
    }

    private long named(String name) {
        return jdbc.sql("SELECT count(*) FROM customer WHERE name = ?")
                .param(name)
                .query(Long.class)
                .single();
    }

    private static void assertFails(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).isIn(List.of(400, 401, 403, 404, 405, 413));
        // The web server itself rejects a NUL, in its own words.
        if (!answer.uri().getRawPath().endsWith("%00")) {
            assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
        }
    }
}
