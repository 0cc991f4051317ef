package dev.bailiwick.server.account.signin.oidc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.Visitor;
import dev.bailiwick.server.WebTest;
import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.account.signin.reset.PasswordResets;
import dev.bailiwick.server.account.user.Membership;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.problem.InvalidRequest;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** Sign-in at a real provider: who gets in, as what, and what an attacker gets who plays with the answers. */
@WebTest
@DirtiesContext
class ProviderSignInTest {

    private static final TestProvider PROVIDER = new TestProvider();
    private static final String BEGIN = "/sign-in/with/test";

    @LocalServerPort
    private int port;

    @Autowired
    private Users users;

    @Autowired
    private PasswordResets resets;

    @Autowired
    private JdbcClient jdbc;

    private String person;
    private Visitor visitor;

    @DynamicPropertySource
    static void provider(DynamicPropertyRegistry settings) {
        String client = "spring.security.oauth2.client.";
        settings.add(client + "registration.test.client-id", () -> "bailiwick");
        settings.add(client + "registration.test.client-secret", () -> TestProvider.SECRET);
        settings.add(client + "registration.test.client-name", () -> "Example & Sons");
        settings.add(client + "registration.test.scope", () -> "openid,profile");
        settings.add(client + "provider.test.issuer-uri", PROVIDER::issuer);
        settings.add("bailiwick.oidc.roles.admins", () -> "owner");
        settings.add("bailiwick.oidc.roles.ops", () -> "operator");
        settings.add("bailiwick.oidc.roles.help", () -> "support");
    }

    @AfterAll
    static void end() {
        PROVIDER.close();
    }

    @BeforeEach
    void somebody() {
        person = "p-" + UUID.randomUUID();
        // Attempts are limited by address.
        visitor = Visitor.from(Visitor.anyAddress(), port);
    }

    private void isIn(String... groups) {
        PROVIDER.says(person, Map.of("preferred_username", person.toUpperCase(Locale.ROOT), "groups", List.of(groups)));
    }

    /** Goes to the provider, and is sent back; returns the path of the answer. */
    private String answer() throws Exception {
        HttpResponse<String> begun = visitor.get(BEGIN);
        assertThat(begun.statusCode()).isEqualTo(302);
        return PROVIDER.signIn(person, TestProvider.location(begun));
    }

    private HttpResponse<String> signIn() throws Exception {
        return visitor.get(answer());
    }

    @Test
    void theFirstSignInCreatesStaffWithTheHighestRole() throws Exception {
        isIn("everybody", "help", "ops");
        HttpResponse<String> in = signIn();
        assertThat(in.statusCode()).isEqualTo(302);
        assertThat(TestProvider.location(in)).endsWith("/jails");
        assertThat(role()).contains("operator");
        assertThat(visitor.get("/hosts").statusCode()).isEqualTo(200);
        assertThat(event("user.signed-in")).contains("\"oidc\"").contains("127.");
        assertThat(jdbc.sql("SELECT password_hash IS NULL FROM app_user WHERE login = ?")
                        .param(person)
                        .query(Boolean.class)
                        .single())
                .isTrue();

        assertThat(signIn().statusCode()).isEqualTo(302);
        assertThat(jdbc.sql("SELECT count(*) FROM app_user WHERE login = ?")
                        .param(person)
                        .query(Long.class)
                        .single())
                .isOne();
    }

    @Test
    void leadsToThePageThatWasRequested() throws Exception {
        isIn("ops");
        assertThat(visitor.get("/hosts?all").statusCode()).isEqualTo(302);
        assertThat(TestProvider.location(signIn())).endsWith("/hosts?all");
    }

    @Test
    void theRoleFollowsTheProvider() throws Exception {
        isIn("ops");
        signIn();
        isIn("help");
        signIn();
        assertThat(role()).contains("support");
        assertThat(event("user.role-changed")).contains("support");
    }

    @Test
    void withoutAMappedValueNobodyIsSignedInAndSessionsEnd() throws Exception {
        isIn("everybody");
        refused(signIn(), 403, "No account is linked");
        assertThat(role()).isEmpty();

        isIn("ops");
        signIn();
        Visitor before = visitor;
        assertThat(before.get("/jails").statusCode()).isEqualTo(200);
        visitor = Visitor.from(Visitor.anyAddress(), port);
        isIn();
        refused(signIn(), 403, "have no role");
        assertThat(before.get("/jails").statusCode()).isEqualTo(302);
        assertThat(sessions()).isZero();
    }

    @Test
    void takesNobodyOver() throws Exception {
        users.create(Fleet.OPERATOR, person, "correct horse battery", new Membership.Staff(Role.SUPPORT));
        isIn("admins");
        refused(signIn(), 409, "your user name");
        assertThat(role()).contains("support");
        assertThat(sessions()).isZero();
    }

    @Test
    void refusesSomebodyWithoutALogin() throws Exception {
        PROVIDER.says(person, Map.of("groups", "ops", "email", "no good"));
        refused(signIn(), 403, "no name for you");
        PROVIDER.says(person, Map.of("groups", "ops", "email", person + "@example.com"));
        assertThat(signIn().statusCode()).isEqualTo(302);
    }

    @Test
    void refusesADisabledUser() throws Exception {
        isIn("ops");
        signIn();
        users.disable(Fleet.OPERATOR, user());
        isIn("admins");
        refused(signIn(), 403, "is disabled");
        assertThat(role()).contains("operator");
    }

    @Test
    void theLastOwnerStays() throws Exception {
        isIn("admins");
        signIn();
        List<@Nullable UUID> others = jdbc.sql(
                        "UPDATE app_user SET role = 'support' WHERE role = 'owner' AND login <> ? RETURNING id")
                .param(person)
                .query(UUID.class)
                .list();
        try {
            isIn("ops");
            refused(signIn(), 409, "last owner");
            assertThat(role()).contains("owner");
        } finally {
            others.forEach(id -> jdbc.sql("UPDATE app_user SET role = 'owner' WHERE id = ?")
                    .param(id)
                    .update());
        }
    }

    @Test
    void refusesAnAnswerThatTheBrowserDidNotAskFor() throws Exception {
        isIn("ops");
        String answer = answer();
        Visitor victim = Visitor.from(Visitor.anyAddress(), port);
        refused(victim.get(answer), 400, "was not begun");
        assertThat(sessions()).isZero();
        victim.get(BEGIN);
        refused(victim.get(answer), 401, "has not signed you in");
        assertThat(role()).isEmpty();
    }

    @Test
    void refusesAnotherState() throws Exception {
        isIn("ops");
        refused(visitor.get(answer().replaceFirst("state=[^&]+", "state=another")), 401, "has not signed you in");
    }

    @Test
    void refusesACodeASecondTime() throws Exception {
        isIn("ops");
        String answer = answer();
        Visitor copy = visitor.at(port);
        assertThat(visitor.get(answer).statusCode()).isEqualTo(302);
        refused(visitor.get(answer), 400, "was not begun");
        refused(copy.get(answer), 401, "has not signed you in");
    }

    @Test
    void refusesAnotherIssuerAndAnotherNonce() throws Exception {
        PROVIDER.says(person, Map.of("preferred_username", person, "groups", "ops", "iss", "https://example.com"));
        refused(signIn(), 401, "has not signed you in");
        PROVIDER.says(person, Map.of("preferred_username", person, "groups", "ops", "nonce", "another"));
        refused(signIn(), 401, "has not signed you in");
        isIn("ops");
        refused(visitor.get(answer() + "&iss=https://example.com"), 401, "has not signed you in");
        assertThat(role()).isEmpty();
    }

    @Test
    void refusesAChangedCookie() throws Exception {
        isIn("ops");
        String answer = answer();
        visitor.cookies().computeIfPresent(BegunSignIns.COOKIE, (name, value) -> "a" + value);
        refused(visitor.get(answer), 400, "was not begun");
    }

    @Test
    void keepsNothingOfSomebodyWhoHasNotSignedIn() throws Exception {
        long before = allSessions();
        for (int i = 0; i < 100; i++) {
            Visitor stranger = new Visitor(port);
            HttpResponse<String> begun = stranger.get(BEGIN);
            assertThat(begun.statusCode()).isEqualTo(302);
            assertThat(TestProvider.location(begun))
                    .contains("code_challenge_method=S256")
                    .contains("nonce=")
                    .contains("state=");
            assertThat(stranger.cookies()).containsOnlyKeys(BegunSignIns.COOKIE);
        }
        assertThat(allSessions()).isEqualTo(before);
    }

    @Test
    void hasNoOtherWayIn() throws Exception {
        isIn("ops");
        signIn();
        assertThat(Visitor.from(Visitor.anyAddress(), port).signIn(person, "").statusCode())
                .isNotEqualTo(302);
        assertThat(Visitor.from(Visitor.anyAddress(), port)
                        .signIn(person, "correct horse battery")
                        .statusCode())
                .isEqualTo(401);
        assertThatThrownBy(() -> resets.issue(Fleet.OPERATOR, user()))
                .isInstanceOf(InvalidRequest.class)
                .hasMessageContaining("no password");
        assertThat(visitor.get("/account").body())
                .contains("You sign in at a provider")
                .doesNotContain("/account/password")
                .doesNotContain("/account/passkeys/new");
        assertThat(visitor.get("/account/passkeys/options").statusCode()).isEqualTo(422);
    }

    @Test
    void confirmsAtTheProvider() throws Exception {
        PROVIDER.says(
                person,
                Map.of(
                        "preferred_username",
                        person,
                        "groups",
                        "ops",
                        "auth_time",
                        Instant.now().getEpochSecond() - 700));
        signIn();
        Map<String, String> token = Map.of("name", "deploy", "scopes", "tokens:read", "expires", "30");
        HttpResponse<String> asked = visitor.send("/account/tokens", "/account/tokens", token);
        assertThat(asked.statusCode()).isEqualTo(403);
        assertThat(asked.body()).contains(BEGIN + "?confirm=true").doesNotContain("name=\"current\"");

        isIn("ops");
        HttpResponse<String> begun = visitor.get(BEGIN + "?confirm=true");
        assertThat(TestProvider.location(begun)).contains("prompt=login").contains("max_age=0");
        HttpResponse<String> confirmed = visitor.get(PROVIDER.signIn(person, TestProvider.location(begun)));
        assertThat(TestProvider.location(confirmed)).endsWith("/account");
        assertThat(visitor.send("/account/tokens", "/account/tokens", token).statusCode())
                .isEqualTo(302);
    }

    @Test
    void theSignInPageHasAButton() throws Exception {
        assertThat(visitor.get("/sign-in").body())
                .contains("href=\"/sign-in/with/test\"")
                .contains("Sign in with Example &amp; Sons");
        HttpResponse<String> unknown = visitor.get("/sign-in/with/elsewhere");
        assertThat(TestProvider.location(unknown)).endsWith("/sign-in");
        assertThat(visitor.get(BEGIN + "?action=elsewhere").statusCode()).isBetween(400, 422);
    }

    private void refused(HttpResponse<String> answer, int status, String why) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.body()).contains(why);
    }

    private Optional<String> role() {
        return jdbc.sql("SELECT role FROM app_user WHERE login = ?")
                .param(person)
                .query(String.class)
                .optional();
    }

    private UserId user() {
        return new UserId(jdbc.sql("SELECT id FROM app_user WHERE login = ?")
                .param(person)
                .query(UUID.class)
                .single());
    }

    private long sessions() {
        return jdbc.sql("""
                        SELECT count(*) FROM web_session
                        WHERE principal_name IN (SELECT id::text FROM app_user WHERE login = ?)
                        """).param(person).query(Long.class).single();
    }

    private long allSessions() {
        return jdbc.sql("SELECT count(*) FROM web_session WHERE expiry_time > 1000 * extract(epoch FROM now())")
                .query(Long.class)
                .single();
    }

    private String event(String action) {
        return jdbc.sql("""
                        SELECT detail::text FROM (
                            SELECT at, detail, action, subject_id FROM audit_event
                            UNION ALL SELECT at, detail, action, subject_id FROM unsealed_event) AS events
                        WHERE action = ? AND subject_id = ? ORDER BY at DESC LIMIT 1
                        """)
                .params(action, user().toString())
                .query(String.class)
                .single();
    }
}
