package dev.bailiwick.server.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.startsWith;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.csrf;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.delete;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.header;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.redirectedUrl;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import dev.bailiwick.server.FirstOperator;
import dev.bailiwick.server.account.token.ApiTokens;
import dev.bailiwick.server.account.token.TokenRequest;
import dev.bailiwick.server.account.user.Users;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.mock.web.MockHttpSession;
import tools.jackson.databind.JsonNode;

/** Customers, users and tokens by the API. */
class AccountApiTest extends FirstOperator {

    @Test
    void writesHowTheFirstOperatorGetsInForItsOwnerOnly() throws Exception {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(DIRECTORY.resolve("admin.json"))))
                .isEqualTo("rw-------");
        assertThat(admin.get("login").asString()).isEqualTo("admin");
    }

    @Test
    void refusesWhoBringsNoToken() throws Exception {
        http.perform(get("/api/v1/customers"))
                .andExpect(status().isUnauthorized())
                .andExpect(header().string(HttpHeaders.WWW_AUTHENTICATE, "Bearer"))
                .andExpect(header().string(HttpHeaders.CONTENT_TYPE, "application/problem+json"))
                .andExpect(jsonPath("$.type").value("/problems/not-signed-in"))
                .andExpect(jsonPath("$.retryable").value(false));
        http.perform(get("/api/v1/customers").header(HttpHeaders.AUTHORIZATION, "Bearer bw_guess"))
                .andExpect(status().isUnauthorized());
    }

    @Test
    void keepsCustomersApart() throws Exception {
        String one = created(post("/api/v1/customers"), "{\"name\":\"One\"}")
                .get("id")
                .asString();
        String other = created(post("/api/v1/customers"), "{\"name\":\"Other\"}")
                .get("id")
                .asString();
        String token = tokenOf(customerUser("anna", one));

        http.perform(get("/api/v1/customers/" + one).header(HttpHeaders.AUTHORIZATION, "Bearer " + token))
                .andExpect(status().isForbidden());
        http.perform(get(URI.create("/api/v1/%63ustomers/" + one)).header(HttpHeaders.AUTHORIZATION, "Bearer " + token))
                .andExpect(status().isForbidden());
        http.perform(get(URI.create("/api/v1/customer%73/" + one)).header(HttpHeaders.AUTHORIZATION, "Bearer " + token))
                .andExpect(status().isForbidden());
        http.perform(post("/api/v1/customers")
                        .header(HttpHeaders.AUTHORIZATION, "Bearer " + token)
                        .contentType(MediaType.APPLICATION_JSON)
                        .content("{\"name\":\"x\"}"))
                .andExpect(status().isForbidden())
                .andExpect(jsonPath("$.type").value("/problems/right-missing"));
        assertThat(other).isNotEqualTo(one);
    }

    @Test
    void showsATokenOnceAndRefusesItOnceRevoked() throws Exception {
        JsonNode issued = created(post("/api/v1/tokens"), "{\"name\":\"billing\",\"scopes\":[\"customers:read\"]}");
        String secret = issued.get("secret").asString();
        assertThat(secret).startsWith("bw_").startsWith(issued.get("prefix").asString());

        http.perform(get("/api/v1/customers").header(HttpHeaders.AUTHORIZATION, "Bearer " + secret))
                .andExpect(status().isOk());
        http.perform(get("/api/v1/users").header(HttpHeaders.AUTHORIZATION, "Bearer " + secret))
                .andExpect(status().isForbidden());
        assertThat(http.perform(asAdmin(get("/api/v1/tokens")))
                        .andReturn()
                        .getResponse()
                        .getContentAsString())
                .contains("billing")
                .doesNotContain(secret);

        http.perform(asAdmin(delete("/api/v1/tokens/" + issued.get("id").asString())))
                .andExpect(status().isOk());
        http.perform(get("/api/v1/customers").header(HttpHeaders.AUTHORIZATION, "Bearer " + secret))
                .andExpect(status().isUnauthorized());
    }

    @Test
    void givesATokenNoMoreThanItsOwnerHas() throws Exception {
        String customer =
                created(post("/api/v1/customers"), "{\"name\":\"C\"}").get("id").asString();
        String token = tokenOf(customerUser("berta", customer));

        http.perform(post("/api/v1/tokens")
                        .header(HttpHeaders.AUTHORIZATION, "Bearer " + token)
                        .contentType(MediaType.APPLICATION_JSON)
                        .content("{\"name\":\"x\",\"scopes\":[\"hosts:write\"]}"))
                .andExpect(status().is(422))
                .andExpect(jsonPath("$.errors[0].pointer").value("/scopes"));
    }

    @Test
    void namesEveryFieldAtFault() throws Exception {
        http.perform(asAdmin(post("/api/v1/users"))
                        .contentType(MediaType.APPLICATION_JSON)
                        .content("{\"login\":\"a b\",\"password\":\"short\",\"role\":\"operator\"}"))
                .andExpect(status().is(422))
                .andExpect(jsonPath("$.errors[*].pointer").value(containsInAnyOrder("/login", "/password")));
        http.perform(asAdmin(post("/api/v1/users"))
                        .contentType(MediaType.APPLICATION_JSON)
                        .content("{\"login\":\"carl\",\"password\":\"long enough for all\",\"role\":\"customer\"}"))
                .andExpect(status().is(422))
                .andExpect(jsonPath("$.errors[0].pointer").value("/customer"));
        http.perform(asAdmin(post("/api/v1/customers"))
                        .contentType(MediaType.APPLICATION_JSON)
                        .content("{\"name\":\"a\\u0000b\",\"externalId\":\"a\\u0007b\"}"))
                .andExpect(status().is(422))
                .andExpect(jsonPath("$.errors[*].pointer").value(containsInAnyOrder("/name", "/externalId")));
    }

    @Test
    void refusesALoginThatIsTakenWhateverItsCase() throws Exception {
        http.perform(asAdmin(post("/api/v1/users"))
                        .contentType(MediaType.APPLICATION_JSON)
                        .content("{\"login\":\"Admin\",\"password\":\"long enough for all\",\"role\":\"operator\"}"))
                .andExpect(status().isConflict())
                .andExpect(jsonPath("$.type").value("/problems/login-taken"));
    }

    @Test
    void listsInPages() throws Exception {
        for (int i = 0; i < 3; i++) {
            created(post("/api/v1/customers"), "{\"name\":\"page " + i + "\"}");
        }
        String link = http.perform(asAdmin(get("/api/v1/customers?limit=2")))
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.items", hasSize(2)))
                .andExpect(header().string(HttpHeaders.LINK, startsWith("</api/v1/customers?limit=2&cursor=")))
                .andReturn()
                .getResponse()
                .getHeader(HttpHeaders.LINK);
        assertThat(link).isNotNull();
        http.perform(asAdmin(get(link.substring(1, link.indexOf('>'))))).andExpect(status().isOk());
    }

    @Test
    void namesTheParameterAtFault() throws Exception {
        for (String list : List.of("customers", "users", "tokens")) {
            http.perform(asAdmin(get("/api/v1/" + list + "?cursor=first")))
                    .andExpect(status().is(422))
                    .andExpect(jsonPath("$.errors[*].pointer").value("/cursor"));
        }
        http.perform(asAdmin(get("/api/v1/jails/" + UUID.randomUUID() + "/policy:explain")))
                .andExpect(status().is(422))
                .andExpect(jsonPath("$.errors[*].pointer").value("/call"));
        http.perform(asAdmin(get("/api/v1/jails?limit=many")))
                .andExpect(status().is(422))
                .andExpect(jsonPath("$.errors[*].pointer").value("/limit"));
        http.perform(asAdmin(get("/api/v1/nowhere")))
                .andExpect(status().isNotFound())
                .andExpect(jsonPath("$.detail").value("There is nothing at this path"));
    }

    @Test
    void grantsNobodyWhatTheCallerLacks() throws Exception {
        String customer =
                created(post("/api/v1/customers"), "{\"name\":\"D\"}").get("id").asString();
        String users = issued("\"users:write\",\"users:read\"", null);

        for (String rights :
                List.of("\"role\":\"operator\"", "\"role\":\"customer\",\"customer\":\"" + customer + "\"")) {
            http.perform(with(users, post("/api/v1/users"))
                            .content("{\"login\":\"eve\",\"password\":\"long enough for all\"," + rights + "}"))
                    .andExpect(status().is(422))
                    .andExpect(jsonPath("$.errors[0].pointer").value("/role"));
        }
        String asCustomer = issued(
                "\"users:write\",\"members:read\",\"members:write\",\"jails:read\",\"jails:write\",\"jails:console\",\"jails:files\",\"jails:logs\",\"tokens:read\",\"tokens:write\",\"events:read\",\"usage:read\",\"customers:read\",\"customers:write\"",
                null);
        http.perform(with(asCustomer, post("/api/v1/users"))
                        .content("{\"login\":\"eve\",\"password\":\"long enough for all\",\"role\":\"operator\"}"))
                .andExpect(status().is(422));
        http.perform(with(asCustomer, post("/api/v1/users"))
                        .content(
                                "{\"login\":\"eve\",\"password\":\"long enough for all\",\"role\":\"customer\",\"customer\":\""
                                        + customer + "\"}"))
                .andExpect(status().isCreated());
    }

    @Test
    void leavesAnothersTokensToWhoMayChangeUsers() throws Exception {
        created(
                post("/api/v1/users"),
                "{\"login\":\"frida\",\"password\":\"long enough for all\",\"role\":\"operator\"}");
        Caller frida = context.getBean(Users.class).signIn("frida", "long enough for all");
        ApiTokens tokens = context.getBean(ApiTokens.class);
        ApiTokens.IssuedToken hers = tokens.issue(frida, new TokenRequest("hers", Set.of(Scope.HOSTS_READ), null));
        String path = "/api/v1/tokens/" + hers.token().id();

        http.perform(with(issued("\"tokens:write\"", null), delete(path)))
                .andExpect(status().isForbidden())
                .andExpect(jsonPath("$.type").value("/problems/scope-missing"));
        http.perform(with(hers.secret(), get("/api/v1/hosts"))).andExpect(status().isOk());

        http.perform(with(issued("\"tokens:write\",\"users:write\"", null), delete(path)))
                .andExpect(status().isOk());
        http.perform(with(hers.secret(), get("/api/v1/hosts"))).andExpect(status().isUnauthorized());
    }

    @Test
    void makesNoTokenThatEndsWhenNobodyCounts() throws Exception {
        String token = issued("\"tokens:write\",\"jails:read\"", null);
        for (String expiry : List.of("2000-01-01T00:00:00Z", "+10000-01-01T00:00:00Z", "+1000000000-12-31T23:59:59Z")) {
            http.perform(with(token, post("/api/v1/tokens"))
                            .content("{\"name\":\"x\",\"scopes\":[\"jails:read\"],\"expiresAt\":\"" + expiry + "\"}"))
                    .andExpect(status().is(422))
                    .andExpect(jsonPath("$.errors[0].pointer").value("/expiresAt"));
        }
        issued("\"jails:read\"", Instant.parse("9999-12-31T23:59:59Z"));
    }

    @Test
    void letsNoTokenMakeOneThatOutlivesIt() throws Exception {
        Instant soon = Instant.now().plus(Duration.ofHours(1)).truncatedTo(ChronoUnit.SECONDS);
        String passing = issued("\"tokens:write\",\"jails:read\"", soon);

        for (String expiry : List.of("", ",\"expiresAt\":\"" + soon.plusSeconds(1) + "\"")) {
            http.perform(with(passing, post("/api/v1/tokens"))
                            .content("{\"name\":\"x\",\"scopes\":[\"jails:read\"]" + expiry + "}"))
                    .andExpect(status().is(422))
                    .andExpect(jsonPath("$.errors[0].pointer").value("/expiresAt"));
        }
        http.perform(with(passing, post("/api/v1/tokens"))
                        .content("{\"name\":\"x\",\"scopes\":[\"jails:read\"],\"expiresAt\":\"" + soon + "\"}"))
                .andExpect(status().isCreated());
    }

    @Test
    void endsTheSessionsAndTokensOfADisabledUser() throws Exception {
        JsonNode user = created(
                post("/api/v1/users"),
                "{\"login\":\"dora\",\"password\":\"long enough for all\",\"role\":\"operator\"}");
        MockHttpSession session = (MockHttpSession) http.perform(
                        post("/sign-in").with(csrf()).param("login", "dora").param("password", "long enough for all"))
                .andExpect(redirectedUrl("/jails"))
                .andReturn()
                .getRequest()
                .getSession();
        http.perform(get("/no-such-page").session(session)).andExpect(status().isNotFound());

        http.perform(asAdmin(delete("/api/v1/users/" + user.get("id").asString())))
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.disabledAt").exists());

        http.perform(get("/no-such-page").session(session)).andExpect(redirectedUrl("/sign-in"));
    }

    private String customerUser(String login, String customer) throws Exception {
        created(
                post("/api/v1/users"),
                "{\"login\":\"%s\",\"password\":\"long enough for all\",\"role\":\"customer\",\"customer\":\"%s\"}"
                        .formatted(login, customer));
        return login;
    }

    private String tokenOf(String login) {
        Caller caller = context.getBean(Users.class).signIn(login, "long enough for all");
        return context.getBean(ApiTokens.class)
                .issue(caller, new TokenRequest("test", Set.copyOf(caller.scopes()), null))
                .secret();
    }
}
