package dev.bailiwick.server.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.Visitor;
import dev.bailiwick.server.WebTest;
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
import org.springframework.session.SessionRepository;

/** The page on which users manage their own API tokens. */
@WebTest
class AccountPagesTest {

    private static final Pattern SECRET = Pattern.compile("id=\"secret\">(bw_[^<]+)<");
    private static final Pattern REVOKE = Pattern.compile("action=\"(/account/tokens/[0-9a-f-]+/revoke)\"");

    @LocalServerPort
    private int port;

    @Autowired
    private Users users;

    @Autowired
    private Fleet.Fixtures fixtures;

    @Autowired
    private SessionRepository<?> sessions;

    @Autowired
    private SealingKey key;

    private Visitor visitor;

    @BeforeEach
    void somebodyOfACustomer() {
        visitor = signedIn();
    }

    private Visitor signedIn() {
        User user = users.create(
                Fleet.OPERATOR,
                "t-" + UUID.randomUUID(),
                "correct horse battery",
                new Membership.Of(fixtures.customer()));
        Visitor one = new Visitor(port);
        one.signIn(sessions, key, user);
        return one;
    }

    @Test
    void linksToItFromEveryPage() throws Exception {
        assertThat(visitor.get("/jails").body()).contains("href=\"/account\"");
    }

    @Test
    void makesATokenAndShowsItOnce() throws Exception {
        assertThat(visitor.get("/account/tokens").body()).contains("You have no API tokens");

        HttpResponse<String> made = make("deploy", "jails:read", "30");

        assertThat(made.statusCode()).as(made.body()).isEqualTo(302);
        String shown = visitor.get("/account/tokens").body();
        Matcher secret = SECRET.matcher(shown);
        assertThat(secret.find()).as(shown).isTrue();
        assertThat(shown).contains("deploy", "jails:read", "in 30 days", "Not yet");
        assertThat(visitor.get("/account/tokens").body()).as("once").doesNotContain(secret.group(1));
        assertThat(api("/api/v1/jails", secret.group(1)).statusCode()).isEqualTo(200);
        assertThat(api("/api/v1/tokens", secret.group(1)).statusCode())
                .as("not in its scopes")
                .isEqualTo(403);

        Matcher revoke = REVOKE.matcher(visitor.get("/account/tokens").body());
        assertThat(revoke.find()).isTrue();
        Visitor other = signedIn();
        assertThat(other.get("/account/tokens").body()).doesNotContain("deploy");
        assertThat(other.send("/account/tokens", revoke.group(1), Map.of()).statusCode())
                .isEqualTo(404);
        assertThat(api("/api/v1/jails", secret.group(1)).statusCode()).isEqualTo(200);

        assertThat(visitor.send("/account/tokens", revoke.group(1), Map.of()).statusCode())
                .isEqualTo(302);
        assertThat(visitor.get("/account/tokens").body())
                .contains("The token deploy is revoked", "You have no API tokens");
        assertThat(api("/api/v1/jails", secret.group(1)).statusCode()).isEqualTo(401);
    }

    @Test
    void grantsNothingBeyondOnesOwnScopes() throws Exception {
        assertThat(visitor.get("/account/tokens").body())
                .contains("jails:write")
                .doesNotContain("hosts:write");
        assertThat(make("wider", "hosts:write", "30").body()).contains("must not go beyond the scopes of the caller");
        assertThat(visitor.get("/account/tokens").body()).doesNotContain("wider");
    }

    @Test
    void keepsWhatWasTypedAndSaysWhatIsWrong() throws Exception {
        HttpResponse<String> refused = visitor.send(
                "/account/tokens", "/account/tokens", Map.of("name", "", "scopes", "jails:write", "expires", "90"));
        assertThat(refused.body()).contains("name-error").containsPattern("value=\"jails:write\"\\s+checked");
        assertThat(visitor.send("/account/tokens", "/account/tokens", Map.of("name", "none", "expires", "90"))
                        .body())
                .contains("must name at least one scope", "value=\"none\"");
        assertThat(make("odd", "no:such", "soon").body()).contains("must be one of jails:read", "must be chosen");
    }

    private HttpResponse<String> make(String name, String scope, String expires) throws Exception {
        return visitor.send(
                "/account/tokens", "/account/tokens", Map.of("name", name, "scopes", scope, "expires", expires));
    }

    private HttpResponse<String> api(String path, String token) throws Exception {
        return new Visitor(port).send(new Visitor(port).request(path).header("Authorization", "Bearer " + token));
    }
}
