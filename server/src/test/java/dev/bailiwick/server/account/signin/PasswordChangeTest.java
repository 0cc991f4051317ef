package dev.bailiwick.server.account.signin;

import static dev.bailiwick.server.Sealing.awaitSealed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.Visitor;
import dev.bailiwick.server.WebTest;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.account.signin.link.SignInLinks;
import dev.bailiwick.server.account.signin.password.PasswordAttempts;
import dev.bailiwick.server.account.token.ApiTokens;
import dev.bailiwick.server.account.token.TokenRequest;
import dev.bailiwick.server.account.user.Membership;
import dev.bailiwick.server.account.user.SignInRefused;
import dev.bailiwick.server.account.user.User;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.problem.InvalidRequest;
import dev.bailiwick.server.secret.SealingKey;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.session.SessionRepository;

/** Users change their own password, on a page and by API. */
@WebTest
class PasswordChangeTest {

    private static final String PASSWORD = "correct horse battery";
    private static final String OTHER = "a stapler of another colour";

    @LocalServerPort
    private int port;

    @Autowired
    private Users users;

    @Autowired
    private ApiTokens tokens;

    @Autowired
    private SignInLinks links;

    @Autowired
    private Fleet.Fixtures fixtures;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private SessionRepository<?> sessions;

    @Autowired
    private SealingKey key;

    private User user;
    private Visitor visitor;

    @BeforeEach
    void somebodyOfACustomer() {
        user = users.create(Fleet.OPERATOR, "p-" + UUID.randomUUID(), PASSWORD, new Membership.Of(fixtures.customer()));
        visitor = signedIn();
    }

    @Test
    void changesItAndEndsAllOtherSessions() throws Exception {
        Visitor elsewhere = signedIn();
        assertThat(elsewhere.get("/jails").statusCode()).isEqualTo(200);
        String link =
                links.issue(user.id(), Duration.ofMinutes(15), Optional.empty()).text();
        String before = visitor.cookies().get("__Host-session");

        HttpResponse<String> changed = change(PASSWORD, OTHER, OTHER);

        assertThat(changed.statusCode()).as(changed.body()).isEqualTo(302);
        assertThat(visitor.cookies().get("__Host-session")).as("a new session").isNotEqualTo(before);
        assertThat(visitor.get("/account").body()).contains("Your password is changed");
        assertThat(elsewhere.get("/jails").statusCode()).as("ended").isEqualTo(302);
        assertThat(links.whose(link)).isEmpty();
        assertThatThrownBy(() -> users.signIn(user.login(), PASSWORD)).isInstanceOf(SignInRefused.class);
        users.signIn(user.login(), OTHER);
        awaitSealed(jdbc);
        assertThat(jdbc.sql("SELECT action FROM audit_event WHERE subject_id = ? AND actor = ? ORDER BY id")
                        .params(user.id().toString(), "user:" + user.login())
                        .query(String.class)
                        .list())
                .startsWith("user.password-changed");
    }

    @Test
    void tellsEverythingThatIsWrongAndChangesNothing() throws Exception {
        assertThat(change("not the password", "aaaaaaaaaaaa", "aaaaaaaaaaaa").body())
                .contains("is not your password", "is too easy to guess");
        assertThat(change(PASSWORD, OTHER, "something else").body()).contains("is not the same as the new password");
        assertThat(change(PASSWORD, PASSWORD, PASSWORD).body()).contains("must differ from the current one");
        assertThat(change(PASSWORD, user.login(), user.login()).body()).contains("is too easy to guess");
        users.signIn(user.login(), PASSWORD);
    }

    @Test
    void countsAttemptsAsThoseToSignIn() throws Exception {
        for (int i = 1; i < PasswordAttempts.AT_A_LOGIN; i++) {
            assertThat(change("guess " + i, OTHER, OTHER).body()).contains("is not your password");
        }
        new Visitor(port).signIn(user.login(), "one more guess");
        assertThat(change(PASSWORD, OTHER, OTHER).body())
                .contains("Try again in a minute")
                .doesNotContain("is not your password");
        users.signIn(user.login(), PASSWORD);
    }

    @Test
    void changesItByApi() throws Exception {
        String token = token(Set.of(Scope.TOKENS_WRITE));
        assertThat(put(token(Set.of(Scope.JAILS_READ)), PASSWORD, OTHER).statusCode())
                .isEqualTo(403);
        HttpResponse<String> refused = put(token, "wrong", "password1234");
        assertThat(refused.statusCode()).isEqualTo(422);
        assertThat(refused.body()).contains("/current", "/password");

        assertThat(put(token, PASSWORD, OTHER).statusCode()).isEqualTo(204);

        users.signIn(user.login(), OTHER);
        assertThat(visitor.get("/jails").statusCode()).as("ended").isEqualTo(302);
        for (int i = 1; i < PasswordAttempts.AT_A_LOGIN; i++) {
            put(token, "guess", OTHER);
        }
        HttpResponse<String> late = put(token, OTHER, PASSWORD);
        assertThat(late.statusCode()).isEqualTo(429);
        assertThat(late.headers().firstValue("Retry-After")).hasValue("60");
    }

    @Test
    void asksTheSameOfEveryPassword() {
        assertThatThrownBy(() -> users.create(
                        Fleet.OPERATOR, "q-" + UUID.randomUUID(), "aaaaaaaaaaaa", new Membership.Staff(Role.OWNER)))
                .isInstanceOf(InvalidRequest.class)
                .hasMessageContaining("/password is too easy to guess");
        assertThatThrownBy(() -> users.createFirst("first-" + UUID.randomUUID(), "123456789012"))
                .isInstanceOf(InvalidRequest.class)
                .hasMessageContaining("/password is too easy to guess");
    }

    private Visitor signedIn() {
        Visitor one = new Visitor(port);
        one.signIn(sessions, key, user);
        return one;
    }

    private HttpResponse<String> change(String current, String wanted, String repeated) throws Exception {
        return visitor.send(
                "/account", "/account/password", Map.of("current", current, "password", wanted, "repeated", repeated));
    }

    private String token(Set<Scope> scopes) {
        Caller caller = users.inSession(user.id()).orElseThrow();
        return tokens.issue(caller, new TokenRequest("test", scopes, null)).secret();
    }

    private HttpResponse<String> put(String token, String current, String wanted) throws Exception {
        String body = "{\"current\": \"" + current + "\", \"password\": \"" + wanted + "\"}";
        return new Visitor(port)
                .send(new Visitor(port)
                        .request("/api/v1/password")
                        .header("Authorization", "Bearer " + token)
                        .header("Content-Type", "application/json")
                        .PUT(HttpRequest.BodyPublishers.ofString(body)));
    }
}
