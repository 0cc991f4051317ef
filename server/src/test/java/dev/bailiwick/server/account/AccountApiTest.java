package dev.bailiwick.server.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.csrf;
import static org.springframework.security.test.web.servlet.setup.SecurityMockMvcConfigurers.springSecurity;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.delete;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.head;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.options;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.content;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.header;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.redirectedUrl;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.request;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import dev.bailiwick.server.TestDatabase;
import dev.bailiwick.server.account.signin.password.PasswordAttempts;
import dev.bailiwick.server.account.token.ApiTokens;
import dev.bailiwick.server.account.token.TokenRequest;
import dev.bailiwick.server.account.user.Users;
import jakarta.servlet.http.HttpSession;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.mock.web.MockHttpSession;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.request.MockHttpServletRequestBuilder;
import org.springframework.test.web.servlet.setup.MockMvcBuilders;
import org.springframework.web.context.WebApplicationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@SpringBootTest
@Import(TestDatabase.class)
class AccountApiTest {

    @TempDir
    private static Path directory;

    @Autowired
    private WebApplicationContext context;

    @Autowired
    private JsonMapper json;

    private MockMvc http;
    private JsonNode admin;

    @DynamicPropertySource
    static void firstOperator(DynamicPropertyRegistry registry) {
        registry.add("bailiwick.bootstrap.file", () -> directory.resolve("admin.json"));
    }

    @BeforeEach
    void readHowToGetIn() throws Exception {
        http = MockMvcBuilders.webAppContextSetup(context)
                .apply(springSecurity())
                .build();
        admin = json.readTree(Files.readString(directory.resolve("admin.json")));
    }

    @Test
    void writesHowTheFirstOperatorGetsInForItsOwnerOnly() throws Exception {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("admin.json"))))
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
                .andExpect(jsonPath("$.type").value("/problems/not-allowed"));
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
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.errors[*].pointer").value("/call"));
        http.perform(asAdmin(get("/api/v1/nowhere")))
                .andExpect(status().isNotFound())
                .andExpect(jsonPath("$.detail").value("There is nothing at this path"));
    }

    @Test
    void signsInByPasswordAndOut() throws Exception {
        var signedIn = http.perform(post("/sign-in")
                        .with(csrf())
                        .param("login", "admin")
                        .param("password", admin.get("password").asString()))
                .andExpect(redirectedUrl("/jails"))
                .andReturn();
        MockHttpSession session = (MockHttpSession) signedIn.getRequest().getSession();
        http.perform(get("/no-such-page").session(session)).andExpect(status().isNotFound());

        http.perform(post("/sign-out").with(csrf()).session(session)).andExpect(redirectedUrl("/sign-in?signedOut"));
        assertThat(session.isInvalid()).isTrue();
    }

    @Test
    void sendsStrangersToTheSignInPage() throws Exception {
        http.perform(get("/no-such-page")).andExpect(redirectedUrl("/sign-in"));
        http.perform(post("/sign-in").with(csrf()).param("login", "admin").param("password", "wrong"))
                .andExpect(status().isUnauthorized())
                .andExpect(request().attribute("login", "admin"));
    }

    @Test
    void refusesAFormThatComesFromElsewhere() throws Exception {
        http.perform(post("/sign-in").param("login", "admin").param("password", "wrong"))
                .andExpect(status().isForbidden());
    }

    @Test
    void slowsGuessingDown() throws Exception {
        for (int i = 0; i < PasswordAttempts.AT_A_LOGIN; i++) {
            http.perform(post("/sign-in").with(csrf()).param("login", "victim").param("password", "wrong"))
                    .andExpect(status().isUnauthorized());
        }
        http.perform(post("/sign-in").with(csrf()).param("login", "Victim").param("password", "wrong"))
                .andExpect(status().isTooManyRequests())
                .andExpect(header().exists(HttpHeaders.RETRY_AFTER));
    }

    @Test
    void letsALinkInOnce() throws Exception {
        String link = link();

        http.perform(post(link).with(csrf())).andExpect(redirectedUrl("/jails"));
        http.perform(post(link).with(csrf())).andExpect(redirectedUrl("/sign-in?usedLink"));
        http.perform(get(link)).andExpect(redirectedUrl("/sign-in?usedLink"));
        http.perform(get("/sign-in?usedLink"))
                .andExpect(content().string(containsString("was used before or has expired")))
                .andExpect(content().string(not(containsString("password is wrong"))));
    }

    @Test
    void keepsALinkThatIsOnlyLookedAt() throws Exception {
        String link = link();

        http.perform(head(link)).andExpect(status().isOk());
        http.perform(get(link)).andExpect(status().isOk()).andExpect(content().string(containsString("as admin")));
        http.perform(options(link));
        http.perform(post(link)).andExpect(status().isForbidden());

        http.perform(post(link).with(csrf())).andExpect(redirectedUrl("/jails"));
    }

    @Test
    void asksBeforeALinkReplacesWhoIsSignedIn() throws Exception {
        created(
                post("/api/v1/users"),
                "{\"login\":\"erna\",\"password\":\"long enough for all\",\"role\":\"operator\"}");
        MockHttpSession session = signedIn("erna", "long enough for all");
        String link = link();

        http.perform(get(link).session(session))
                .andExpect(status().isOk())
                .andExpect(content().string(containsString("signed in as erna now")));
        http.perform(post(link).session(session).with(csrf())).andExpect(redirectedUrl(link));
        assertThat(session.isInvalid()).isFalse();

        http.perform(post(link).session(session).with(csrf()).param("replaced", "erna"))
                .andExpect(redirectedUrl("/jails"));
        assertThat(session.isInvalid()).as("the session of the former user").isTrue();
    }

    @Test
    void leavesALinkOfWhoIsSignedInAlready() throws Exception {
        MockHttpSession session = signedIn("admin", admin.get("password").asString());
        String link = link();

        http.perform(get(link).session(session)).andExpect(redirectedUrl("/jails"));
        http.perform(post(link).with(csrf())).andExpect(redirectedUrl("/jails"));
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
                "\"users:write\",\"jails:read\",\"jails:write\",\"tokens:read\",\"tokens:write\",\"events:read\"",
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

    @Test
    void sendsTheHeadersThatKeepPagesToThemselves() throws Exception {
        http.perform(get("/no-such-page").secure(true))
                .andExpect(header().string(
                                "Content-Security-Policy", startsWith("default-src 'none'; script-src 'self';")))
                .andExpect(header().string("X-Frame-Options", "DENY"))
                .andExpect(header().string("Referrer-Policy", "same-origin"))
                .andExpect(header().string("Strict-Transport-Security", "max-age=31536000"));
    }

    private String link() throws Exception {
        return created(post("/api/v1/tokens/sign-in-link"), "").get("link").asString();
    }

    private String issued(String scopes, @Nullable Instant expiry) throws Exception {
        String until = expiry == null ? "" : ",\"expiresAt\":\"" + expiry + "\"";
        return created(post("/api/v1/tokens"), "{\"name\":\"t\",\"scopes\":[" + scopes + "]" + until + "}")
                .get("secret")
                .asString();
    }

    private static MockHttpServletRequestBuilder with(String token, MockHttpServletRequestBuilder request) {
        return request.header(HttpHeaders.AUTHORIZATION, "Bearer " + token).contentType(MediaType.APPLICATION_JSON);
    }

    private MockHttpSession signedIn(String login, String password) throws Exception {
        HttpSession session = http.perform(
                        post("/sign-in").with(csrf()).param("login", login).param("password", password))
                .andExpect(redirectedUrl("/jails"))
                .andReturn()
                .getRequest()
                .getSession();
        return (MockHttpSession) Objects.requireNonNull(session);
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

    private JsonNode created(MockHttpServletRequestBuilder request, String body) throws Exception {
        return json.readTree(http.perform(
                        asAdmin(request).contentType(MediaType.APPLICATION_JSON).content(body))
                .andExpect(status().isCreated())
                .andReturn()
                .getResponse()
                .getContentAsString());
    }

    private MockHttpServletRequestBuilder asAdmin(MockHttpServletRequestBuilder request) {
        return request.header(
                HttpHeaders.AUTHORIZATION, "Bearer " + admin.get("token").asString());
    }
}
