package dev.bailiwick.server.account.signin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.Visitor;
import dev.bailiwick.server.WebTest;
import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.factor.Authenticator;
import dev.bailiwick.server.account.factor.SecondFactors;
import dev.bailiwick.server.account.user.Membership;
import dev.bailiwick.server.account.user.User;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.secret.SealingKey;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.session.SessionRepository;

/** Whoever finds a browser signed in gets no token out of it: the page asks to confirm, and keeps the form. */
@WebTest
class StepUpTest {

    private static final String PASSWORD = "correct horse battery";
    private static final Pattern HIDDEN =
            Pattern.compile("<input type=\"hidden\" name=\"([^\"]+)\" value=\"([^\"]*)\"");
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

        HttpResponse<String> wrong = confirm(asked, Map.of("current", "not the password"));
        assertThat(wrong.statusCode()).isEqualTo(403);
        HttpResponse<String> right = confirm(wrong, Map.of("current", PASSWORD));

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
        assertThat(confirm(asked, Map.of("current", PASSWORD)).statusCode()).isEqualTo(403);
        assertThat(confirm(asked, Map.of("code", phone.code(0))).statusCode()).isEqualTo(200);
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
        assertThat(confirm(asked, Map.of("code", "123456")).statusCode()).isEqualTo(403);
        assertThat(confirm(asked, Map.of("factors", "password")).statusCode()).isEqualTo(400);
    }

    /** Makes the visitor's session one that began like this, so many seconds ago. */
    private void signedIn(String factor, long secondsAgo) {
        visitor = new Visitor(port);
        visitor.signIn(sessions, key, user, factor + "=" + (System.currentTimeMillis() / 1000 - secondsAgo));
    }

    private HttpResponse<String> fromHere(String page, String path, Map<String, String> fields) throws Exception {
        return visitor.send(page, path, fields);
    }

    /** Fills in the page that asks to confirm, with all that it carries. */
    private HttpResponse<String> confirm(HttpResponse<String> page, Map<String, String> typed) throws Exception {
        Map<String, String> fields = new java.util.TreeMap<>(typed);
        Matcher hidden = HIDDEN.matcher(page.body());
        String token = "";
        while (hidden.find()) {
            if (hidden.group(1).equals("_csrf")) {
                token = hidden.group(2);
            } else {
                fields.put(hidden.group(1), hidden.group(2));
            }
        }
        return visitor.form("/account/confirm", token, fields);
    }

    private long tokens() {
        return jdbc.sql("SELECT count(*) FROM api_token WHERE user_id = ?")
                .param(user.id().value())
                .query(Long.class)
                .single();
    }
}
