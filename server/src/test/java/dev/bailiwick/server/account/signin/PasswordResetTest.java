package dev.bailiwick.server.account.signin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.Visitor;
import dev.bailiwick.server.WebTest;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.MemberRole;
import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.account.factor.Authenticator;
import dev.bailiwick.server.account.factor.SecondFactors;
import dev.bailiwick.server.account.token.ApiTokens;
import dev.bailiwick.server.account.token.TokenRequest;
import dev.bailiwick.server.account.user.Membership;
import dev.bailiwick.server.account.user.SignInRefused;
import dev.bailiwick.server.account.user.User;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.secret.SealingKey;
import java.net.InetAddress;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.session.SessionRepository;
import tools.jackson.databind.json.JsonMapper;

/** Links that set a password, and attacks with them. */
@WebTest
class PasswordResetTest {

    private static final String PASSWORD = "correct horse battery";
    private static final String OTHER = "another long password";

    @LocalServerPort
    private int port;

    private final InetAddress address = Visitor.anyAddress();

    @Autowired
    private Users users;

    @Autowired
    private ApiTokens tokens;

    @Autowired
    private SecondFactors factors;

    @Autowired
    private Fleet.Fixtures fixtures;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private JsonMapper json;

    @Autowired
    private SessionRepository<?> sessions;

    @Autowired
    private SealingKey key;

    private User owner;
    private User user;

    @BeforeEach
    void somebody() {
        owner = user(new Membership.Staff(Role.OWNER));
        user = user(new Membership.Staff(Role.SUPPORT));
    }

    @Test
    void setsThePasswordOnceAndEndsSessions() throws Exception {
        Visitor signedIn = visitor();
        signedIn.signIn(sessions, key, user);
        String link = issued(owner, "/api/v1/users/" + user.id());
        assertThat(visitor().get(link).body()).contains(user.login());
        assertThat(set(link, "too short", "").body()).contains("12 to 200 characters");

        assertThat(location(set(link, OTHER, ""))).endsWith("/sign-in?passwordSet");

        users.signIn(user.login(), OTHER);
        Assertions.assertThatThrownBy(() -> users.signIn(user.login(), PASSWORD))
                .isInstanceOf(SignInRefused.class);
        assertThat(signedIn.get("/jails").statusCode()).isEqualTo(302);
        assertThat(location(set(link, PASSWORD, ""))).endsWith("/sign-in?usedReset");
        assertThat(location(visitor().get(link))).endsWith("/sign-in?usedReset");
    }

    @Test
    void needsTheSecondFactor() throws Exception {
        Caller caller = users.inSession(user.id()).orElseThrow();
        Authenticator phone = Authenticator.with(factors.begin(caller).key());
        factors.confirm(caller, phone.code(-1));
        String link = issued(owner, "/api/v1/users/" + user.id());
        assertThat(set(link, OTHER, "").body()).contains("is not right, or was used before");
        users.signIn(user.login(), PASSWORD);
        assertThat(location(set(link, OTHER, phone.code(0)))).endsWith("/sign-in?passwordSet");
    }

    @Test
    void aTokenMakesNobodyMoreThanItCarries() throws Exception {
        User victim = user(new Membership.Staff(Role.OWNER));
        HttpResponse<String> answer =
                ask(token(owner, Set.of(Scope.USERS_WRITE)), "/api/v1/users/" + victim.id() + "/password-reset");
        assertThat(answer.statusCode()).isEqualTo(422);
        assertThat(answer.body()).contains("scopes that the caller lacks");
    }

    @Test
    void endsWithWhoIssuedIt() throws Exception {
        String link = issued(owner, "/api/v1/users/" + user.id());
        users.disable(Fleet.OPERATOR, owner.id());
        assertThat(location(visitor().get(link))).endsWith("/sign-in?usedReset");
        assertThat(location(set(link, OTHER, ""))).endsWith("/sign-in?usedReset");
        users.signIn(user.login(), PASSWORD);
    }

    @Test
    void expiresAndIsReplaced() throws Exception {
        String first = issued(owner, "/api/v1/users/" + user.id());
        String second = issued(owner, "/api/v1/users/" + user.id());
        assertThat(location(visitor().get(first))).endsWith("/sign-in?usedReset");
        assertThat(visitor().get(second).statusCode()).isEqualTo(200);
        jdbc.sql("UPDATE password_reset SET created_at = ?, expires_at = ? WHERE user_id = ?")
                .params(
                        Timestamp.from(Instant.now().minusSeconds(90_000)),
                        Timestamp.from(Instant.now().minusSeconds(1)),
                        user.id().value())
                .update();
        assertThat(location(visitor().get(second))).endsWith("/sign-in?usedReset");
    }

    @Test
    void anOwnerOfACustomerResetsItsPeopleAlone() throws Exception {
        CustomerId acme = fixtures.customer();
        CustomerId other = fixtures.customer();
        User boss = user(new Membership.Of(acme));
        User colleague = user(new Membership.Of(acme, MemberRole.COLLEAGUE));
        User both = user(new Membership.Of(acme, MemberRole.COLLEAGUE));
        jdbc.sql("INSERT INTO membership (user_id, customer_id, role, created_at) VALUES (?, ?, 'owner', now())")
                .params(both.id().value(), other.value())
                .update();
        String members = "/api/v1/customers/" + acme + "/members/";
        String link = issued(boss, members + colleague.id());
        assertThat(location(set(link, OTHER, ""))).endsWith("/sign-in?passwordSet");
        String token = token(boss, Role.CUSTOMER.scopes());
        assertThat(ask(token, members + both.id() + "/password-reset").statusCode())
                .as("belongs to another customer too")
                .isEqualTo(409);
        assertThat(ask(token, members + boss.id() + "/password-reset").statusCode())
                .as("oneself")
                .isEqualTo(422);
        assertThat(ask(token, members + user.id() + "/password-reset").statusCode())
                .as("staff")
                .isEqualTo(404);
        assertThat(ask(token, "/api/v1/users/" + colleague.id() + "/password-reset")
                        .statusCode())
                .isEqualTo(403);

        String later = issued(boss, members + colleague.id());
        jdbc.sql("DELETE FROM membership WHERE user_id = ?")
                .param(colleague.id().value())
                .update();
        assertThat(location(visitor().get(later))).endsWith("/sign-in?usedReset");
    }

    /** A way into an account that the customer does not see: operators act with a reason, and set nobody's password. */
    @Test
    void anOperatorResetsNobody() throws Exception {
        CustomerId acme = fixtures.customer();
        User boss = user(new Membership.Of(acme));
        User operator = user(new Membership.Staff(Role.OPERATOR));
        String path = "/api/v1/customers/" + acme + "/members/" + boss.id();
        assertThat(ask(token(operator, Role.OPERATOR.scopes()), path + "/password-reset")
                        .statusCode())
                .isEqualTo(403);
        assertThat(issued(owner, path)).startsWith("/sign-in/reset/");
    }

    @Test
    void endsWithItsToken() throws Exception {
        var token = tokens.issue(
                users.inSession(owner.id()).orElseThrow(), new TokenRequest("stolen", Role.OWNER.scopes(), null));
        HttpResponse<String> answer = ask(token.secret(), "/api/v1/users/" + user.id() + "/password-reset");
        String link = json.readTree(answer.body()).get("link").asString();
        assertThat(visitor().get(link).statusCode()).isEqualTo(200);
        jdbc.sql("UPDATE api_token SET revoked_at = now() WHERE user_id = ?")
                .param(owner.id().value())
                .update();
        assertThat(location(visitor().get(link))).endsWith("/sign-in?usedReset");
        assertThat(location(set(link, OTHER, ""))).endsWith("/sign-in?usedReset");
    }

    /** The name of a customer is easy to guess for whoever knows it. */
    @Test
    void knowsTheNameOfTheCustomer() throws Exception {
        CustomerId acme = fixtures.customer();
        jdbc.sql("UPDATE customer SET name = 'Wanderlust Moorhen' WHERE id = ?")
                .param(acme.value())
                .update();
        User boss = user(new Membership.Of(acme));
        String link = issued(owner, "/api/v1/users/" + boss.id());
        assertThat(set(link, "Wanderlust Moorhen", "").statusCode()).isNotEqualTo(302);
    }

    /** Without a mail server, the page says whom to ask, and its answer is the same. */
    @Test
    void saysWhomToAskIfNoMailIsSent() throws Exception {
        Visitor visitor = visitor();
        assertThat(visitor.get("/sign-in").body()).contains("/sign-in/forgotten");
        assertThat(visitor.get("/sign-in/forgotten").body())
                .contains("Ask an owner of your customer")
                .doesNotContain("name=\"name\"");
        assertThat(location(visitor.send("/sign-in", "/sign-in/forgotten", Map.of("name", user.login()))))
                .endsWith("/sign-in?mailSent");
        assertThat(jdbc.sql("SELECT count(*) FROM mail WHERE subject_id = ?")
                        .param(user.id().value())
                        .query(Integer.class)
                        .single())
                .isZero();
    }

    private User user(Membership membership) {
        return users.create(Fleet.OPERATOR, "r-" + UUID.randomUUID(), PASSWORD, membership);
    }

    private String issued(User by, String of) throws Exception {
        HttpResponse<String> answer = ask(token(by, by.role().scopes()), of + "/password-reset");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        return json.readTree(answer.body()).get("link").asString();
    }

    private String token(User of, Set<Scope> scopes) {
        return tokens.issue(users.inSession(of.id()).orElseThrow(), new TokenRequest("t", scopes, null))
                .secret();
    }

    private HttpResponse<String> ask(String token, String path) throws Exception {
        Visitor program = visitor();
        return program.send(program.request(path)
                .header("Authorization", "Bearer " + token)
                .POST(HttpRequest.BodyPublishers.noBody()));
    }

    private HttpResponse<String> set(String link, String password, String code) throws Exception {
        return visitor().send("/sign-in", link, Map.of("password", password, "repeated", password, "code", code));
    }

    private static String location(HttpResponse<String> response) {
        return response.headers().firstValue("Location").orElse("nowhere: " + response.statusCode());
    }

    private Visitor visitor() {
        return Visitor.from(address, port);
    }
}
