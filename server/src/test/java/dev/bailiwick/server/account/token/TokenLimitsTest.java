package dev.bailiwick.server.account.token;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.account.token.ApiTokens.IssuedToken;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpMethod;
import org.springframework.mock.web.MockHttpServletResponse;

/** From where a token is accepted, what is known of its use, and that it never exceeds its user. */
class TokenLimitsTest extends WithTokens {

    private IssuedToken limited(String... networks) {
        return tokens.issue(
                owner,
                new TokenRequest(
                        "limited",
                        "for the office",
                        Set.of(Scope.HOSTS_READ, Scope.TOKENS_READ, Scope.TOKENS_WRITE),
                        List.of(networks).stream().map(Network::parse).toList(),
                        null));
    }

    @Test
    void isAcceptedOnlyFromItsNetworks() throws Exception {
        IssuedToken token = limited("198.51.100.0/24", "2001:db8::/32");

        assertThat(get(token.secret(), HERE)).isEqualTo(200);
        assertThat(get(token.secret(), "2001:db8:0:0:0:0:0:1")).isEqualTo(200);
        assertThat(get(token.secret(), "2001:db9:0:0:0:0:0:1")).isEqualTo(401);

        // Also a header that says otherwise changes nothing, and the answer is that to somebody who guesses.
        MockHttpServletResponse elsewhere = send(token.secret(), ELSEWHERE, HttpMethod.GET, "/api/v1/hosts", "");
        MockHttpServletResponse guess = send("bw_guess", ELSEWHERE, HttpMethod.GET, "/api/v1/hosts", "");
        assertThat(elsewhere.getStatus()).isEqualTo(401);
        assertThat(elsewhere.getContentAsString()).isEqualTo(guess.getContentAsString());
        assertThat(elsewhere.getHeaderNames()).isEqualTo(guess.getHeaderNames());
    }

    @Test
    void recordsUseAndRejectionOnceAMinute() {
        IssuedToken token = limited("198.51.100.0/24");
        assertThat(get(token.secret(), HERE)).isEqualTo(200);
        assertThat(get(token.secret(), "198.51.100.8")).isEqualTo(200);
        assertThat(get(token.secret(), "2001:db8:0:0:0:0:0:1")).isEqualTo(401);
        assertThat(get(token.secret(), ELSEWHERE)).isEqualTo(401);

        Token stored = stored(token.token().id());
        assertThat(stored.lastUsedFrom()).isEqualTo(HERE);
        assertThat(stored.rejectedFrom()).isEqualTo("2001:db8::1");
        assertThat(stored.description()).isEqualTo("for the office");
        assertThat(stored.networks()).hasToString("[198.51.100.0/24]");

        jdbc.sql(
                        "UPDATE api_token SET last_used_at = now() - interval '61 s', rejected_at = now() - interval '61 s' WHERE id = ?")
                .param(token.token().id().value())
                .update();
        assertThat(get(token.secret(), "198.51.100.8")).isEqualTo(200);
        assertThat(get(token.secret(), ELSEWHERE)).isEqualTo(401);
        assertThat(stored(token.token().id()).lastUsedFrom()).isEqualTo("198.51.100.8");
        assertThat(stored(token.token().id()).rejectedFrom()).isEqualTo(ELSEWHERE);
    }

    @Test
    void createsNoTokenBeyondItsNetworks() {
        IssuedToken token = limited("198.51.100.0/24");
        for (String networks : List.of("", ",\"networks\":[]", ",\"networks\":[\"198.51.0.0/16\"]", """
                ,"networks":["198.51.100.0/25","203.0.113.0/24"]""")) {
            assertThat(create(token.secret(), networks).getStatus())
                    .as(networks)
                    .isEqualTo(422);
        }
        assertThat(create(token.secret(), ",\"networks\":[\"198.51.100.128/25\"]")
                        .getStatus())
                .isEqualTo(201);
    }

    @Test
    void namesTheNetworkThatIsNone() throws Exception {
        IssuedToken token = limited();
        for (String network : List.of("\"10.0.0.1/8\"", "\"office\"", "7", "null", "[]")) {
            MockHttpServletResponse answer = create(token.secret(), ",\"networks\":[\"10.0.0.0/8\"," + network + "]");
            assertThat(answer.getStatus()).as(network).isBetween(400, 422);
            assertThat(answer.getContentAsString()).as(network).contains("/networks/1");
        }
        assertThat(create(token.secret(), ",\"networks\":[" + "\"10.0.0.0/8\",".repeat(32) + "\"10.0.0.0/8\"]")
                        .getStatus())
                .isEqualTo(422);
        assertThat(create(token.secret(), ",\"description\":\"\"").getStatus()).isEqualTo(422);
    }

    @Test
    void exceedsNeverTheRoleOfItsUserAlsoAfterALaterDemotion() {
        IssuedToken token = tokens.issue(owner, new TokenRequest("all", Role.OWNER.scopes(), null));
        String user = "/api/v1/users/" + owner.user();
        String suspension = "/api/v1/customers/" + owner.user() + "/suspend";
        assertThat(send(token.secret(), HERE, HttpMethod.DELETE, user + "0", "").getStatus())
                .isNotEqualTo(403);

        users.changeRole(OPERATOR, owner.user(), Role.BILLING);

        assertThat(get(token.secret(), HERE)).isEqualTo(200);
        assertThat(send(token.secret(), HERE, HttpMethod.DELETE, user, "").getStatus())
                .isEqualTo(403);
        assertThat(send(token.secret(), HERE, HttpMethod.POST, "/api/v1/hosts", "{\"name\":\"h\"}")
                        .getStatus())
                .isEqualTo(403);
        assertThat(send(token.secret(), HERE, HttpMethod.POST, suspension, "{\"reason\":\"unpaid\"}")
                        .getStatus())
                .isEqualTo(404);

        users.changeRole(OPERATOR, owner.user(), Role.SUPPORT);
        assertThat(send(token.secret(), HERE, HttpMethod.POST, suspension, "{\"reason\":\"unpaid\"}")
                        .getStatus())
                .isEqualTo(403);
        users.disable(OPERATOR, owner.user());
        assertThat(get(token.secret(), HERE)).isEqualTo(401);
    }

    private MockHttpServletResponse create(String secret, String rest) {
        return send(
                secret,
                HERE,
                HttpMethod.POST,
                "/api/v1/tokens",
                "{\"name\":\"child\",\"scopes\":[\"hosts:read\"]" + rest + "}");
    }
}
