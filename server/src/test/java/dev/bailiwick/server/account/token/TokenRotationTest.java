package dev.bailiwick.server.account.token;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.account.token.ApiTokens.IssuedToken;
import dev.bailiwick.server.problem.InvalidRequest;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpMethod;
import org.springframework.mock.web.MockHttpServletResponse;

/** A token gets another secret, and the one before works for a while. */
class TokenRotationTest extends WithTokens {

    private static final Set<Scope> SOME = Set.of(Scope.HOSTS_READ, Scope.TOKENS_READ, Scope.TOKENS_WRITE);

    private IssuedToken token(String name) {
        return tokens.issue(owner, new TokenRequest(name, SOME, null));
    }

    private MockHttpServletResponse rotate(String secret, Token token, String query) {
        return send(secret, HERE, HttpMethod.POST, "/api/v1/tokens/" + token.id() + "/rotate" + query, "");
    }

    @Test
    void bothSecretsWorkForTheTimeOfTheOverlap() {
        IssuedToken token = token("t");
        MockHttpServletResponse answer = rotate(token.secret(), token.token(), "");
        assertThat(answer.getStatus()).isEqualTo(200);
        assertThat(answer.getHeader("Cache-Control")).contains("no-store");
        String secret = read(answer).get("secret").asString();
        Token stored = stored(token.token().id());

        assertThat(secret).startsWith(stored.prefix()).isNotEqualTo(token.secret());
        assertThat(stored.formerSecretUntil())
                .isBetween(
                        java.time.Instant.now().plus(Duration.ofHours(23)),
                        java.time.Instant.now().plus(Duration.ofHours(24)));
        assertThat(get(secret, HERE)).isEqualTo(200);
        assertThat(get(token.secret(), HERE)).isEqualTo(200);

        jdbc.sql("UPDATE api_token SET former_until = now() - interval '1 s' WHERE id = ?")
                .param(stored.id().value())
                .update();
        assertThat(get(token.secret(), HERE)).isEqualTo(401);
        assertThat(get(secret, HERE)).isEqualTo(200);
        assertThat(stored(stored.id()).formerSecretUntil()).isNull();
    }

    @Test
    void theFormerSecretEndsOnDemandAndWithTheNextRotation() {
        IssuedToken token = token("t");
        String second = read(rotate(token.secret(), token.token(), "?overlap=7d"))
                .get("secret")
                .asString();
        String third = read(rotate(second, token.token(), "?overlap=PT1H"))
                .get("secret")
                .asString();
        assertThat(get(token.secret(), HERE)).isEqualTo(401);
        assertThat(get(second, HERE)).isEqualTo(200);

        String former = "/api/v1/tokens/" + token.token().id() + "/former-secret";
        assertThat(send(third, HERE, HttpMethod.DELETE, former, "").getStatus()).isEqualTo(200);
        assertThat(send(third, HERE, HttpMethod.DELETE, former, "").getStatus()).isEqualTo(200);
        assertThat(get(second, HERE)).isEqualTo(401);

        String fourth =
                read(rotate(third, token.token(), "?overlap=0s")).get("secret").asString();
        assertThat(get(third, HERE)).isEqualTo(401);
        assertThat(get(fourth, HERE)).isEqualTo(200);
    }

    @Test
    void theOverlapHasABound() {
        IssuedToken token = token("t");
        for (String overlap : new String[] {"8d", "PT169H", "-PT1S", "soon", "P99999999999D"}) {
            assertThat(rotate(token.secret(), token.token(), "?overlap=" + overlap)
                            .getStatus())
                    .as(overlap)
                    .isEqualTo(422);
        }
        assertThatThrownBy(() -> tokens.rotate(owner, token.token().id(), Duration.ofDays(8)))
                .isInstanceOf(InvalidRequest.class);
    }

    @Test
    void aTokenLearnsNoSecretOfATokenThatItDidNotCreate() {
        IssuedToken small = token("small");
        IssuedToken sibling = token("sibling");
        IssuedToken all = tokens.issue(owner, new TokenRequest("all", owner.scopes(), null));
        String child = send(
                        small.secret(),
                        HERE,
                        HttpMethod.POST,
                        "/api/v1/tokens",
                        "{\"name\":\"child\",\"scopes\":[\"hosts:read\",\"tokens:write\"]}")
                .getHeader("Location");

        assertThat(rotate(small.secret(), all.token(), "").getStatus()).isEqualTo(403);
        assertThat(rotate(small.secret(), sibling.token(), "").getStatus()).isEqualTo(403);
        assertThat(send(small.secret(), HERE, HttpMethod.POST, child + "/rotate", "")
                        .getStatus())
                .isEqualTo(200);
        // Who manages users revokes the tokens of others, and still learns no secret.
        Caller other = OPERATOR;
        assertThatThrownBy(() -> tokens.rotate(other, all.token().id(), Duration.ZERO))
                .isInstanceOf(TokenNotFound.class);
    }

    @Test
    void aRevokedTokenGetsNoSecret() {
        IssuedToken token = token("t");
        tokens.revoke(owner, token.token().id());
        assertThatThrownBy(() -> tokens.rotate(owner, token.token().id(), Duration.ZERO))
                .isInstanceOf(TokenNotInForce.class);
    }

    @Test
    void aRevokedTokenEndsBothSecrets() {
        IssuedToken token = token("t");
        String secret =
                read(rotate(token.secret(), token.token(), "")).get("secret").asString();
        tokens.revoke(owner, token.token().id());

        assertThat(get(secret, HERE)).isEqualTo(401);
        assertThat(get(token.secret(), HERE)).isEqualTo(401);
    }
}
