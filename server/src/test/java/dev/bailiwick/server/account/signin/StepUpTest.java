package dev.bailiwick.server.account.signin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.Visitor;
import dev.bailiwick.server.WebTest;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.factor.Authenticator;
import dev.bailiwick.server.account.factor.SecondFactors;
import dev.bailiwick.server.account.user.Membership;
import dev.bailiwick.server.account.user.User;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.secret.SealingKey;
import java.net.http.HttpResponse;
import java.util.Arrays;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.session.SessionRepository;

/** Whoever finds a browser signed in gets no token out of it: the page asks to confirm, and keeps the form. */
@WebTest
class StepUpTest {

    private static final String PASSWORD = "correct horse battery";
    private static final Map<String, String> TOKEN = Map.of("name", "deploy", "scopes", "tokens:read", "expires", "30");

    @LocalServerPort
    private int port;

    @Autowired
    private Users users;

    @Autowired
    private SecondFactors factors;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private SessionRepository<?> sessions;

    @Autowired
    private SealingKey key;

    @Autowired
    private Fleet.Fixtures fixtures;

    private User user;
    private Visitor visitor;

    @BeforeEach
    void somebodySignedIn() {
        user = users.create(Fleet.OPERATOR, "u-" + UUID.randomUUID(), PASSWORD, new Membership.Staff(Role.OWNER));
        visitor = new Visitor(port);
        visitor.signIn(sessions, key, user);
    }

    @Test
    void doesNotAskWhoHasJustSignedIn() throws Exception {
        assertThat(visitor.send("/account", "/account/tokens", TOKEN).statusCode())
                .isEqualTo(302);
        assertThat(tokens()).isOne();
    }

    @Test
    void asksAgainAfterTenMinutesAndKeepsTheForm() throws Exception {
        signedIn("password", 601);
        HttpResponse<String> asked = fromHere("/account", "/account/tokens", TOKEN);
        assertThat(asked.statusCode()).isEqualTo(403);
        assertThat(asked.body())
                .contains("name=\"current\"")
                .contains("deploy")
                .doesNotContain("after its session had ended");
        assertThat(tokens()).isZero();

        HttpResponse<String> wrong = visitor.confirm(asked, Map.of("current", "not the password"));
        assertThat(wrong.statusCode()).isEqualTo(403);
        HttpResponse<String> right = visitor.confirm(wrong, Map.of("current", PASSWORD));

        assertThat(right.statusCode()).isEqualTo(200);
        assertThat(right.body())
                .contains("value=\"deploy\"")
                .contains("You have confirmed that it is you. Nothing was changed yet.");
        assertThat(tokens()).as("nothing happens until it is sent again").isZero();
        assertThat(visitor.send("/account", "/account/tokens", TOKEN).statusCode())
                .isEqualTo(302);
        assertThat(tokens()).isOne();
    }

    @Test
    void asksForTheSecondFactorOfWhoHasOne() throws Exception {
        var caller = users.inSession(user.id()).orElseThrow();
        Authenticator phone = Authenticator.with(factors.begin(caller).key());
        factors.confirm(caller, phone.code(-1));
        HttpResponse<String> asked = fromHere("/account", "/account/tokens", TOKEN);
        assertThat(asked.statusCode())
                .as("the password was shown, the code was not")
                .isEqualTo(403);
        assertThat(visitor.confirm(asked, Map.of("current", PASSWORD)).statusCode())
                .isEqualTo(403);
        assertThat(visitor.confirm(asked, Map.of("code", phone.code(0))).statusCode())
                .isEqualTo(200);
        assertThat(visitor.send("/account", "/account/tokens", TOKEN).statusCode())
                .isEqualTo(302);
        assertThat(tokens()).isOne();
    }

    @Test
    void aSessionOfALinkConfirms() throws Exception {
        signedIn("link", 0);
        assertThat(fromHere("/account", "/account/tokens", TOKEN).statusCode()).isEqualTo(403);
        assertThat(tokens()).isZero();
    }

    @Test
    void asksForTheFactorAndNotWhatTheFormClaims() throws Exception {
        signedIn("password", 100_000);
        HttpResponse<String> asked = fromHere("/account", "/account/tokens", TOKEN);
        assertThat(visitor.confirm(asked, Map.of("code", "123456")).statusCode())
                .isEqualTo(403);
        assertThat(visitor.confirm(asked, Map.of("factors", "password")).statusCode())
                .isEqualTo(400);
    }

    /** Somebody at a browser that is left alone neither raises anybody nor locks them out. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/users/{user}/role?role=owner",
                "/users/{user}/disable",
                "/users/{user}/password",
                "/people/{customer}/{user}/password",
                "/people/{customer}/invite?login=mallory&role=owner",
                "/people/{customer}/{user}?role=colleague",
                "/people/{customer}/{user}/remove"
            })
    void asksBeforeWhatGivesPeopleMoreOrLess(String form) throws Exception {
        CustomerId customer = fixtures.customer();
        User person = users.create(
                Fleet.OPERATOR,
                "p-" + UUID.randomUUID(),
                PASSWORD,
                form.startsWith("/users") ? new Membership.Staff(Role.SUPPORT) : new Membership.Of(customer));
        String[] parts = form.replace("{customer}", customer.toString())
                .replace("{user}", person.id().toString())
                .split("\\?", 2);
        Map<String, String> fields = parts.length == 1
                ? Map.of()
                : Arrays.stream(parts[1].split("&"))
                        .map(field -> field.split("="))
                        .collect(Collectors.toMap(field -> field[0], field -> field[1]));
        signedIn("password", 601);
        long before = events();
        HttpResponse<String> asked = fromHere("/account", parts[0], fields);
        assertThat(asked.statusCode()).isEqualTo(403);
        assertThat(asked.body()).contains("name=\"current\"");
        HttpResponse<String> shown = visitor.confirm(asked, Map.of("current", PASSWORD));
        assertThat(shown.statusCode()).as(shown.body()).isEqualTo(200);
        assertThat(shown.body()).contains("Nothing was changed yet", "action=\"" + parts[0]);
        assertThat(events()).isEqualTo(before);

        // Who has confirmed is not asked any more: what they sent is decided.
        assertThat(fromHere("/account", parts[0], fields).body()).doesNotContain("name=\"current\"");
    }

    private long events() {
        return jdbc.sql("""
                        SELECT (SELECT count(*) FROM unsealed_event WHERE actor = :actor)
                            + (SELECT count(*) FROM audit_event WHERE actor = :actor)
                        """)
                .param("actor", "user:" + user.login())
                .query(Long.class)
                .single();
    }

    /** Makes the visitor's session one that began like this, so many seconds ago. */
    private void signedIn(String factor, long secondsAgo) {
        visitor = new Visitor(port);
        visitor.signIn(sessions, key, user, factor + "=" + (System.currentTimeMillis() / 1000 - secondsAgo));
    }

    private HttpResponse<String> fromHere(String page, String path, Map<String, String> fields) throws Exception {
        return visitor.send(page, path, fields);
    }

    private long tokens() {
        return jdbc.sql("SELECT count(*) FROM api_token WHERE user_id = ?")
                .param(user.id().value())
                .query(Long.class)
                .single();
    }
}
