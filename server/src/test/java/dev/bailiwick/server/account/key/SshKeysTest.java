package dev.bailiwick.server.account.key;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.server.ApiClient;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.account.ScopeMissing;
import dev.bailiwick.server.account.token.ApiTokens;
import dev.bailiwick.server.account.token.Network;
import dev.bailiwick.server.account.token.TokenRequest;
import dev.bailiwick.server.account.user.Membership;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.bounds.Bound;
import java.time.Instant;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpMethod;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The SSH keys of users, by the API and beneath it. */
@ServerTest
class SshKeysTest {

    private static final String KEY =
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl anna@laptop";
    private static final String FINGERPRINT = SshPublicKey.parse(KEY).fingerprint();

    @Autowired
    private SshKeys keys;

    @Autowired
    private Users users;

    @Autowired
    private ApiTokens tokens;

    @Autowired
    private ApiClient api;

    @Autowired
    private JdbcClient jdbc;

    private Caller anna = OPERATOR;

    @BeforeEach
    void somebody() {
        anna = user(Role.OWNER);
    }

    private Caller user(Role role) {
        return users.inSession(users.create(
                                OPERATOR, "k-" + UUID.randomUUID(), "long enough for all", new Membership.Staff(role))
                        .id())
                .orElseThrow();
    }

    @Test
    void areAddedListedAndRemovedByTheApi() {
        var added = api.call(anna, HttpMethod.POST, "/api/v1/ssh-keys", "{\"key\": \"" + KEY + "\"}");
        assertThat(added).hasStatus(201);
        String id = api.json(added).get("id").asString();
        var listed = api.json(api.get(anna, "/api/v1/ssh-keys")).get("items");
        assertThat(listed).hasSize(1);
        assertThat(listed.get(0).get("fingerprint").asString()).isEqualTo(FINGERPRINT);
        assertThat(listed.get(0).get("comment").asString()).isEqualTo("anna@laptop");
        assertThat(listed.get(0).get("key").asString()).isEqualTo(KEY.substring(0, KEY.lastIndexOf(' ')));

        assertThat(api.call(anna, HttpMethod.POST, "/api/v1/ssh-keys", "{\"key\": \"" + KEY + " again\"}"))
                .hasStatus(409);
        assertThat(api.call(anna, HttpMethod.DELETE, "/api/v1/ssh-keys/" + id, ""))
                .hasStatus(204);
        assertThat(api.call(anna, HttpMethod.DELETE, "/api/v1/ssh-keys/" + id, ""))
                .hasStatus(404);
    }

    @Test
    void aPrivateKeyIsInNoAnswerAndNoRow() throws Exception {
        String secret = "-----BEGIN OPENSSH PRIVATE KEY-----\\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmU";
        var answer = api.call(anna, HttpMethod.POST, "/api/v1/ssh-keys", "{\"key\": \"" + secret + "\"}");
        assertThat(answer).hasStatus(422);
        assertThat(answer.getResponse().getContentAsString())
                .contains("/key", "is a private key, and was not stored")
                .doesNotContain("b3BlbnNzaC1rZXktdjEA");
        assertThat(keys.list(anna, anna.user(), Optional.empty(), 10)).isEmpty();
    }

    @Test
    void twoUsersMayHaveTheSameKey() {
        Caller other = user(Role.OPERATOR);
        SshKey one = keys.add(anna, KEY);
        SshKey same = keys.add(other, KEY);

        assertThat(one.fingerprint()).isEqualTo(same.fingerprint());
        SshKey _ = keys.remove(anna, one.id());
        assertThat(keys.list(other, other.user(), Optional.empty(), 10)).containsExactly(same);
    }

    @Test
    void onlyWhoeverManagesUsersSeesThoseOfOthers() {
        Caller operator = user(Role.OPERATOR);
        SshKey key = keys.add(anna, KEY);
        assertThat(api.get(operator, "/api/v1/ssh-keys?user=" + anna.user())).hasStatus(403);
        assertThat(api.call(operator, HttpMethod.DELETE, "/api/v1/ssh-keys/" + key.id(), ""))
                .hasStatus(404);
        assertThat(api.get(OPERATOR, "/api/v1/ssh-keys?user=" + anna.user())).hasStatus(200);
        assertThat(api.call(OPERATOR, HttpMethod.DELETE, "/api/v1/ssh-keys/" + key.id(), ""))
                .hasStatus(204);
    }

    @Test
    void aTokenAddsNoKeyThatDoesMoreThanIt() {
        Set<Scope> few = new HashSet<>(anna.scopes());
        few.remove(Scope.JAILS_CONSOLE);
        assertThatThrownBy(() -> keys.add(anna.with(few), KEY)).isInstanceOf(ScopeMissing.class);
        assertThatThrownBy(() -> keys.add(user(Role.SUPPORT), KEY)).isInstanceOf(ScopeMissing.class);
        assertThatThrownBy(() -> keys.add(anna.until(Optional.of(Instant.now().plusSeconds(60))), KEY))
                .isInstanceOf(SshKeyNotAllowed.class);
        var limited = tokens.issue(
                anna,
                new TokenRequest("limited", null, anna.scopes(), List.of(Network.parse("198.51.100.0/24")), null));
        assertThatThrownBy(() -> keys.add(anna.by(limited.token().id()), KEY)).isInstanceOf(SshKeyNotAllowed.class);
    }

    @Test
    void endWithTheTokenThatAddedThem() {
        var root = tokens.issue(anna, new TokenRequest("root", anna.scopes(), null));
        var child = tokens.issue(anna.by(root.token().id()), new TokenRequest("child", anna.scopes(), null));
        SshKey key = keys.add(anna.by(child.token().id()), KEY);
        assertThat(key.addedBy()).isEqualTo(child.token().id());

        var _ = tokens.revoke(anna, root.token().id());

        assertThat(keys.list(anna, anna.user(), Optional.empty(), 10)).isEmpty();
    }

    @Test
    void haveABoundForEachUser() {
        for (int number = 0; number < Bound.SSH_KEYS_OF_A_USER.value(); number++) {
            SshKey _ = keys.add(anna, numbered(number));
        }
        assertThatThrownBy(() -> keys.add(anna, KEY)).isInstanceOf(TooManySshKeys.class);
    }

    private static String numbered(int number) {
        byte[] blob = SshPublicKey.parse(KEY).blob();
        blob[20] = (byte) number;
        blob[21] = (byte) ~number;
        return "ssh-ed25519 " + Base64.getEncoder().encodeToString(blob);
    }

    @Test
    void theSchemaKeepsThemApart() {
        SshKey key = keys.add(anna, KEY);
        assertThatThrownBy(() -> jdbc.sql("""
                                INSERT INTO ssh_key (id, user_id, type, bits, blob, fingerprint, comment, created_at)
                                SELECT uuidv7(), user_id, type, bits, blob, fingerprint, comment, created_at
                                FROM ssh_key WHERE id = ?
                                """).param(key.id().value()).update())
                .hasMessageContaining("ssh_key_of_user");
    }
}
