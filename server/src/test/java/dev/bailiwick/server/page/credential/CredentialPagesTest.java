package dev.bailiwick.server.page.credential;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.Visitor;
import dev.bailiwick.server.WebTest;
import dev.bailiwick.server.account.Role;
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

/** The pages on which users limit and rotate their tokens, and keep their SSH keys. */
@WebTest
class CredentialPagesTest {

    private static final Pattern SECRET = Pattern.compile("id=\"secret\">(bw_[^<]+)<");
    private static final String TOKENS = "/account/tokens";
    private static final String KEYS = "/account/keys";
    private static final String KEY =
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl anna@laptop";

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
        visitor = signedIn(new Membership.Of(fixtures.customer()));
    }

    private Visitor signedIn(Membership membership) {
        User user = users.create(Fleet.OPERATOR, "p-" + UUID.randomUUID(), "correct horse battery", membership);
        Visitor one = new Visitor(port);
        one.signIn(sessions, key, user);
        return one;
    }

    private String secret() throws Exception {
        Matcher secret = SECRET.matcher(visitor.get(TOKENS).body());
        assertThat(secret.find()).isTrue();
        return secret.group(1);
    }

    private int status(String secret) throws Exception {
        return visitor.send(new Visitor(port).request("/api/v1/jails").header("Authorization", "Bearer " + secret))
                .statusCode();
    }

    @Test
    void limitsATokenToNetworksAndShowsWhereItWasRejected() throws Exception {
        assertThat(visitor.send(
                                TOKENS,
                                TOKENS,
                                Map.of(
                                        "name",
                                        "office",
                                        "description",
                                        "For the office",
                                        "scopes",
                                        "jails:read",
                                        "networks",
                                        "198.51.100.0/24,\n2001:db8::/32",
                                        "expires",
                                        "30"))
                        .statusCode())
                .isEqualTo(302);
        assertThat(status(secret()))
                .as("the test connects from the loopback address")
                .isEqualTo(401);
        assertThat(visitor.get(TOKENS).body())
                .contains("198.51.100.0/24, 2001:db8::/32", "For the office", "Rejected from 127.0.0.1");

        HttpResponse<String> wrong = visitor.send(
                TOKENS, TOKENS, Map.of("name", "x", "scopes", "jails:read", "networks", "10.0.0.1/8", "expires", "30"));
        assertThat(wrong.body()).contains("networks-error", "has bits set behind its prefix", "10.0.0.1/8");
    }

    @Test
    void rotatesASecretAndEndsTheOldOne() throws Exception {
        var _ = visitor.send(TOKENS, TOKENS, Map.of("name", "deploy", "scopes", "jails:read", "expires", "30"));
        String old = secret();
        String rotate = action("rotate");
        assertThat(visitor.send(TOKENS, rotate, Map.of()).statusCode()).isEqualTo(302);
        String fresh = secret();
        assertThat(fresh).isNotEqualTo(old);
        assertThat(status(old)).isEqualTo(200);
        assertThat(status(fresh)).isEqualTo(200);

        assertThat(visitor.send(TOKENS, action("end-former"), Map.of()).statusCode())
                .isEqualTo(302);
        assertThat(status(old)).isEqualTo(401);
        assertThat(status(fresh)).isEqualTo(200);
    }

    private String action(String name) throws Exception {
        Matcher action = Pattern.compile("action=\"(/account/[a-z]+/[0-9a-f-]+/" + name + ")\"")
                .matcher(visitor.get(name.equals("remove") ? KEYS : TOKENS).body());
        assertThat(action.find()).isTrue();
        return action.group(1);
    }

    @Test
    void addsAndRemovesAnSshKey() throws Exception {
        assertThat(visitor.send(KEYS, KEYS, Map.of("key", KEY)).statusCode()).isEqualTo(302);
        assertThat(visitor.get(KEYS).body()).contains("anna@laptop", "SHA256:", "ssh-ed25519", "Not yet");
        assertThat(visitor.send(KEYS, KEYS, Map.of("key", KEY)).body()).contains("You have this key already");

        assertThat(visitor.send(KEYS, action("remove"), Map.of()).statusCode()).isEqualTo(302);
        assertThat(visitor.get(KEYS).body()).contains("is removed", "You have no SSH keys");
    }

    @Test
    void showsNoPrivateKeyAgain() throws Exception {
        HttpResponse<String> refused = visitor.send(
                KEYS, KEYS, Map.of("key", "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmU"));
        assertThat(refused.body())
                .contains("key-error", "is a private key, and was not stored")
                .doesNotContain("b3BlbnNzaC1rZXktdjEA");
    }

    @Test
    void offersNoKeysToWhoeverNeverEntersAJail() throws Exception {
        Visitor support = signedIn(new Membership.Staff(Role.SUPPORT));
        assertThat(support.get(KEYS).body())
                .contains("Only users who may enter jails")
                .doesNotContain("id=\"key\"");
    }
}
