package dev.bailiwick.server.account.token;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.request;

import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.TokenId;
import dev.bailiwick.server.account.user.Membership;
import dev.bailiwick.server.account.user.Users;
import java.net.URI;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpMethod;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.test.web.servlet.MockMvc;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A user with tokens, and requests with them from any address. */
@ServerTest
abstract class WithTokens {

    static final String HERE = "198.51.100.7";
    static final String ELSEWHERE = "203.0.113.9";

    @Autowired
    MockMvc http;

    @Autowired
    Users users;

    @Autowired
    ApiTokens tokens;

    @Autowired
    JdbcClient jdbc;

    private final JsonMapper json = JsonMapper.shared();

    Caller owner = OPERATOR;

    @BeforeEach
    void somebody() {
        owner = users.inSession(users.create(
                                OPERATOR,
                                "t-" + UUID.randomUUID(),
                                "long enough for all",
                                new Membership.Staff(Role.OWNER))
                        .id())
                .orElseThrow();
    }

    MockHttpServletResponse send(String secret, String from, HttpMethod method, String address, String body) {
        try {
            return http.perform(request(method, URI.create(address))
                            .header("Authorization", "Bearer " + secret)
                            .header("X-Forwarded-For", HERE)
                            .header("Forwarded", "for=" + HERE)
                            .contentType("application/json")
                            .content(body)
                            .with(request -> {
                                request.setRemoteAddr(from);
                                return request;
                            }))
                    .andReturn()
                    .getResponse();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    int get(String secret, String from) {
        return send(secret, from, HttpMethod.GET, "/api/v1/hosts", "").getStatus();
    }

    JsonNode read(MockHttpServletResponse answer) {
        return json.readTree(answer.getContentAsByteArray());
    }

    Token stored(TokenId id) {
        return tokens.inUse(owner, 100).stream()
                .filter(token -> token.id().equals(id))
                .findFirst()
                .orElseThrow();
    }
}
