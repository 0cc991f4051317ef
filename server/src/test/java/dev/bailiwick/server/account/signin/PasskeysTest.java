package dev.bailiwick.server.account.signin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.Visitor;
import dev.bailiwick.server.WebTest;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.passkey.PasskeyNotFound;
import dev.bailiwick.server.account.passkey.Passkeys;
import dev.bailiwick.server.account.user.Membership;
import dev.bailiwick.server.account.user.User;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.secret.SealingKey;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.session.SessionRepository;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Passkeys without a browser: what is offered, and what a stranger sends. The ceremonies are tested in a browser. */
@WebTest
class PasskeysTest {

    private static final String PASSWORD = "correct horse battery";

    @LocalServerPort
    private int port;

    @Autowired
    private Users users;

    @Autowired
    private Passkeys passkeys;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private JsonMapper json;

    @Autowired
    private SessionRepository<?> sessions;

    @Autowired
    private SealingKey key;

    private User user;

    @BeforeEach
    void somebody() {
        user = users.create(Fleet.OPERATOR, "p-" + UUID.randomUUID(), PASSWORD, new Membership.Staff(Role.OWNER));
    }

    @Test
    void fillingTheDatabaseWithChallenges() throws Exception {
        long sessionsBefore = count("web_session");
        Visitor stranger = named();
        JsonNode first = json.readTree(stranger.get("/sign-in/passkey").body());
        JsonNode second = json.readTree(stranger.get("/sign-in/passkey").body());

        assertThat(first.get("challenge").asString())
                .hasSize(43)
                .isNotEqualTo(second.get("challenge").asString());
        assertThat(first.get("rpId").asString()).isEqualTo("localhost");
        assertThat(first.get("userVerification").asString()).isEqualTo("required");
        assertThat(first.path("allowCredentials"))
                .as("it says nothing of who has passkeys")
                .isEmpty();
        assertThat(count("web_session")).isEqualTo(sessionsBefore);
        assertThat(count("used_challenge")).isZero();
    }

    @Test
    void forgedAnswers() throws Exception {
        Visitor stranger = named();
        stranger.get("/sign-in/passkey");
        String id = "AAAAAAAAAAAAAAAAAAAAAA";
        for (String credential : List.of(
                "",
                "nonsense",
                "{}",
                "[]",
                "null",
                "{\"id\":\"" + id + "\",\"rawId\":\"" + id + "\",\"type\":\"public-key\"}",
                "{\"id\":\"" + id + "\",\"rawId\":\"" + id + "\",\"type\":\"public-key\",\"clientExtensionResults\":{},"
                        + "\"response\":{\"clientDataJSON\":\"e30\",\"authenticatorData\":\"AAAA\",\"signature\":\"AAAA\"}}",
                "x".repeat(20_000))) {
            HttpResponse<String> answer =
                    stranger.send("/sign-in", "/sign-in/passkey", Map.of("credential", credential));
            assertThat(answer.statusCode()).as(credential).isEqualTo(401);
        }
        assertThat(stranger.cookies()).doesNotContainKey("__Host-session");
    }

    @Test
    void aChallengeOfAnotherSession() throws Exception {
        Visitor visitor = signedIn();
        visitor.get("/account/passkeys/options");
        Visitor other = signedIn();
        other.cookies().put("__Host-challenge", String.valueOf(visitor.cookies().get("__Host-challenge")));
        HttpResponse<String> answer =
                other.send("/account", "/account/passkeys", Map.of("name", "x", "credential", "{}"));
        assertThat(answer.body()).contains("took too long");
        assertThat(visitor.send("/account", "/account/passkeys", Map.of("name", "x", "credential", "{}"))
                        .body())
                .contains("The passkey is not accepted");
    }

    @Test
    void aSessionThatShowedNothingLately() throws Exception {
        Visitor visitor = named();
        visitor.signIn(sessions, key, user, "password=1000");
        for (String path : List.of("/account/passkeys/new", "/account/passkeys/options")) {
            assertThat(visitor.get(path).statusCode()).as(path).isEqualTo(403);
        }
        assertThat(visitor.send("/account", "/account/passkeys", Map.of("name", "x", "credential", "{}"))
                        .body())
                .contains("name=\"current\"");
    }

    @Test
    void isOfferedWithoutANameOnlyWithAReason() throws Exception {
        Visitor visitor = new Visitor(port);
        visitor.signIn(sessions, key, user);
        assertThat(visitor.get("/account/passkeys/new").body()).contains("You opened this page by an address");
    }

    @Test
    void thePasskeyOfAnotherUser() {
        Caller owner = users.inSession(user.id()).orElseThrow();
        User attacker =
                users.create(Fleet.OPERATOR, "p-" + UUID.randomUUID(), PASSWORD, new Membership.Staff(Role.OWNER));
        UUID id = UUID.randomUUID();
        jdbc.sql("""
                        INSERT INTO passkey (id, user_id, credential_id, name, server_name, public_key, attestation, client_data,
                            signature_count, user_verified, backup_eligible, backup_state, transports, created_at)
                        VALUES (?, ?, uuid_send(gen_random_uuid()), 'Phone', 'localhost', 'x', 'x', 'x', 0, true, true, true, '{}', now())
                        """).params(id, user.id().value()).update();
        Caller other = users.inSession(attacker.id()).orElseThrow();
        assertThat(passkeys.list(attacker.id())).isEmpty();
        assertThatThrownBy(() -> passkeys.remove(other, id)).isInstanceOf(PasskeyNotFound.class);
        assertThat(passkeys.list(user.id())).hasSize(1);
        passkeys.remove(owner, id);
        assertThat(passkeys.list(user.id())).isEmpty();
    }

    @Test
    void aSiteIsANameAndNoAddress() {
        for (String address : List.of("127.0.0.1", "[::1]", "::1")) {
            MockHttpServletRequest request = new MockHttpServletRequest();
            request.setServerName(address);
            assertThat(dev.bailiwick.server.account.passkey.Site.of(request))
                    .as(address)
                    .isEmpty();
        }
        MockHttpServletRequest request = new MockHttpServletRequest();
        request.setScheme("https");
        request.setServerName("panel.example.org");
        request.setServerPort(8443);
        assertThat(dev.bailiwick.server.account.passkey.Site.of(request)
                        .orElseThrow()
                        .origin())
                .isEqualTo("https://panel.example.org:8443");
    }

    private Visitor signedIn() {
        Visitor visitor = named();
        visitor.signIn(sessions, key, user);
        return visitor;
    }

    private Visitor named() {
        return Visitor.byName("localhost", port);
    }

    private long count(String table) {
        return jdbc.sql("SELECT count(*) FROM " + table).query(Long.class).single();
    }
}
