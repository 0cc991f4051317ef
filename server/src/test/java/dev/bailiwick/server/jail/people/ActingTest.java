package dev.bailiwick.server.jail.people;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.Visitor;
import dev.bailiwick.server.WebTest;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.factor.Authenticator;
import dev.bailiwick.server.account.factor.SecondFactors;
import dev.bailiwick.server.account.user.FederatedUsers;
import dev.bailiwick.server.account.user.Membership;
import dev.bailiwick.server.account.user.User;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.placement.NewJail;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.secret.SealingKey;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.session.SessionRepository;
import org.springframework.session.jdbc.JdbcIndexedSessionRepository;

/** Staff that acts as a user of a customer: with the rights of that user and no more, and with both names in the audit. */
@WebTest
class ActingTest {

    private static final String PASSWORD = "correct horse battery";

    @LocalServerPort
    private int port;

    @Autowired
    private Users users;

    @Autowired
    private Jails jails;

    @Autowired
    private SecondFactors factors;

    @Autowired
    private FederatedUsers federated;

    @Autowired
    private Fleet.Fixtures fixtures;

    @Autowired
    private SessionRepository<?> sessions;

    @Autowired
    private JdbcIndexedSessionRepository stored;

    @Autowired
    private SealingKey key;

    @Autowired
    private JdbcClient jdbc;

    private CustomerId theirs = CustomerId.fresh();
    private User operator;
    private User owner;
    private JailView jail;
    private Visitor visitor;

    @BeforeEach
    void operatorAndCustomer() {
        HostId host = fixtures.connectedHostWithPool();
        theirs = fixtures.customer();
        operator = staff(Role.OPERATOR);
        owner = users.create(Fleet.OPERATOR, "c-" + UUID.randomUUID(), PASSWORD, new Membership.Of(theirs));
        jail = jails.define(
                Fleet.OPERATOR, new NewJail(theirs, Optional.of(host), Optional.empty(), Fleet.named("shop")));
        visitor = visitor(operator);
    }

    private User staff(Role role) {
        return users.create(Fleet.OPERATOR, "s-" + UUID.randomUUID(), PASSWORD, new Membership.Staff(role));
    }

    private Visitor visitor(User user) {
        Visitor one = new Visitor(port);
        one.signIn(sessions, key, user);
        return one;
    }

    private String person() {
        return "/people/" + theirs + "/" + owner.id();
    }

    private HttpResponse<String> act() throws Exception {
        return visitor.send(person(), person() + "/act", Map.of("reason", "the shop does not start"));
    }

    @Test
    void hasTheRightsOfTheUserAndBothNamesAreInTheAudit() throws Exception {
        assertThat(act().headers().firstValue("Location").orElseThrow()).endsWith("/jails");

        String page = visitor.get("/jails").body();
        assertThat(page).contains(operator.login() + ", you act as " + owner.login(), "shop");
        assertThat(visitor.get("/hosts").statusCode()).isNotEqualTo(200);
        assertThat(visitor.get("/customers").statusCode()).isNotEqualTo(200);

        HttpResponse<String> stopped = visitor.send("/jails/" + jail.id(), "/jails/" + jail.id() + "/stop", Map.of());
        assertThat(stopped.statusCode()).isIn(200, 302, 303);
        assertThat(actors("jail", jail.id().toString()))
                .contains("user:" + operator.login() + " for user:" + owner.login());

        HttpResponse<String> ended = visitor.send("/jails", "/acting/end", Map.of());
        assertThat(ended.headers().firstValue("Location").orElseThrow()).endsWith("/people");
        assertThat(visitor.get("/hosts").statusCode()).isEqualTo(200);
        assertThat(visitor.get("/jails").body()).doesNotContain("you act as");
        assertThat(actions()).containsSubsequence("user.acted-for", "user.acting-ended");
    }

    private List<String> actors(String kind, String id) {
        return actors(kind, id, "%");
    }

    private List<String> actors(String kind, String id, String action) {
        return jdbc.sql("""
                        SELECT actor FROM (SELECT subject_kind, subject_id, actor, action FROM unsealed_event
                            UNION ALL SELECT subject_kind, subject_id, actor, action FROM audit_event) AS events
                        WHERE subject_kind = ? AND subject_id = ? AND action LIKE ?
                        """)
                .params(kind, id, action)
                .query((row, _) -> row.getString(1))
                .list();
    }

    private List<String> actions() {
        return jdbc.sql("""
                        SELECT action FROM (SELECT subject_id, action, at FROM unsealed_event
                            UNION ALL SELECT subject_id, action, at FROM audit_event) AS events
                        WHERE subject_id = ? ORDER BY at
                        """)
                .param(owner.id().toString())
                .query((row, _) -> row.getString(1))
                .list();
    }

    /** A way in that stays: whoever acts cannot change how the user signs in. */
    @ParameterizedTest
    @ValueSource(strings = {"/account", "/account/second-factor", "/account/tokens"})
    void leavesTheAccountAlone(String path) throws Exception {
        act();
        assertThat(visitor.get(path).statusCode()).isEqualTo(403);
        HttpResponse<String> token =
                visitor.send("/jails", "/account/tokens", Map.of("name", "left behind", "scopes", "jails:read"));
        assertThat(token.statusCode()).isEqualTo(403);
        HttpResponse<String> password = visitor.send(
                "/jails",
                "/account/password",
                Map.of("current", PASSWORD, "password", "another horse battery", "repeated", "another horse battery"));
        assertThat(password.statusCode()).isEqualTo(403);
        assertThat(users.signIn(owner.login(), PASSWORD).user()).isEqualTo(owner.id());
    }

    @Test
    void leavesItAloneWhateverItsPathIsSpelled() throws Exception {
        act();
        assertThat(visitor.get("/%61ccount").statusCode()).isNotEqualTo(200);
        assertThat(visitor.get("/account/").statusCode()).isNotEqualTo(200);
    }

    @Test
    void needsAReasonTheRightAndAConfirmation() throws Exception {
        HttpResponse<String> without = visitor.send(person(), person() + "/act", Map.of("reason", " "));
        assertThat(without.headers().firstValue("Location").orElseThrow()).contains(person());
        assertThat(visitor.get(person()).body()).contains("must have 1 to 200 characters");

        Visitor support = visitor(staff(Role.SUPPORT));
        assertThat(support.get(person()).body()).doesNotContain("/act\"");
        assertThat(support.send("/jails", person() + "/act", Map.of("reason", "because"))
                        .statusCode())
                .isEqualTo(403);
        Visitor themselves = visitor(owner);
        assertThat(themselves
                        .send("/jails", person() + "/act", Map.of("reason", "because"))
                        .statusCode())
                .isEqualTo(403);

        Visitor late = new Visitor(port);
        late.signIn(sessions, key, operator, "password=1000000000");
        assertThat(late.send(person(), person() + "/act", Map.of("reason", "because"))
                        .body())
                .doesNotContain("you act as");
        assertThat(late.get("/hosts").statusCode()).isEqualTo(200);
        assertThat(actions()).doesNotContain("user.acted-for");
    }

    /** Privilege escalation: nobody acts as somebody of the staff, nor as a user of another customer than they said. */
    @Test
    void actsOnlyAsAUserOfTheCustomer() throws Exception {
        User other = staff(Role.OWNER);
        for (String path :
                List.of("/people/" + theirs + "/" + other.id(), "/people/" + fixtures.customer() + "/" + owner.id())) {
            assertThat(visitor.send(person(), path + "/act", Map.of("reason", "because"))
                            .statusCode())
                    .isEqualTo(404);
        }
        Caller asOther = users.inSession(other.id()).orElseThrow();
        assertThatThrownBy(() -> asOther.actedBy(asOther, theirs)).isInstanceOf(IllegalArgumentException.class);
    }

    /** A visitor whose session acts as the owner, and has shown this. */
    private Visitor actingLate(User staff) {
        Visitor late = new Visitor(port);
        String acted = owner.id() + " " + theirs;
        late.signIn(sessions, key, staff, "password=1000000000", Map.of("acting-as", acted));
        return late;
    }

    private String invite() {
        return "/people/" + theirs + "/invite";
    }

    private static final Map<String, String> INVITED = Map.of("login", "otto@example.org", "role", "colleague");

    /** Whoever acts does not know the password of the user, and has not to. */
    @Test
    void confirmsAsTheStaff() throws Exception {
        Caller known = users.inSession(owner.id()).orElseThrow();
        factors.confirm(known, Authenticator.with(factors.begin(known).key()).code(-1));
        Visitor late = actingLate(operator);
        HttpResponse<String> asked = late.send("/jails", invite(), INVITED);
        assertThat(asked.statusCode()).isEqualTo(403);
        assertThat(asked.body())
                .contains("<h2>" + operator.login() + "</h2>", "name=\"current\"")
                .doesNotContain("name=\"code\"", "href=\"/account\"");
        HttpResponse<String> wrong = late.confirm(asked, Map.of("current", "not the password"));
        assertThat(wrong.statusCode()).isEqualTo(403);
        HttpResponse<String> shown = late.confirm(wrong, Map.of("current", PASSWORD));
        assertThat(shown.statusCode()).isEqualTo(200);
        assertThat(shown.body()).contains("value=\"otto@example.org\"", "Nothing was changed yet");
        assertThat(late.send("/jails", invite(), INVITED).statusCode()).isEqualTo(302);
        assertThat(actors("customer", theirs.toString()))
                .contains("user:" + operator.login() + " for user:" + owner.login());
    }

    /** At the provider they would sign in again, for themselves. */
    @Test
    void saysThatStaffOfAProviderEndsActingFirst() throws Exception {
        String login = "s-" + UUID.randomUUID();
        Caller staff =
                federated.create(new FederatedUsers.Identity("https://id.example.org", login), login, Role.OPERATOR);
        HttpResponse<String> asked = actingLate(users.known(staff.user())).send("/jails", invite(), INVITED);
        assertThat(asked.statusCode()).isEqualTo(403);
        assertThat(asked.body())
                .contains("You cannot confirm while you act as somebody else")
                .doesNotContain("name=\"current\"", "confirm=true");
    }

    @Test
    void endsWithTheRightOfWhoeverActs() throws Exception {
        act();
        CompletableFuture<Void> stream = visitor.stream("/jails/live");
        assertThat(stream).isNotDone();
        users.changeRole(Fleet.OPERATOR, operator.id(), Role.SUPPORT);
        stream.get(30, TimeUnit.SECONDS);
        assertThat(visitor.get("/jails").statusCode()).isNotEqualTo(200);
    }

    @Test
    void endsWithTheUser() throws Exception {
        act();
        CompletableFuture<Void> stream = visitor.stream("/jails/live");
        users.disable(Fleet.OPERATOR, owner.id());
        stream.get(30, TimeUnit.SECONDS);
        // A form that is open as the user does not go on as the staff.
        assertThat(visitor.get("/hosts").statusCode()).isNotEqualTo(200);
        assertThat(visitor.get("/jails").statusCode()).isNotEqualTo(200);
    }

    @Test
    void theEndIsRecordedHoweverTheSessionEnds() throws Exception {
        act();
        visitor.send("/jails", "/sign-out", Map.of());
        assertThat(ends()).as("signed out").isOne();

        visitor = visitor(operator);
        act();
        jdbc.sql("UPDATE web_session SET expiry_time = 0 WHERE principal_name = ?")
                .param(operator.id().toString())
                .update();
        stored.cleanUpExpiredSessions();
        assertThat(ends()).as("expired").isEqualTo(2);

        visitor = visitor(operator);
        act();
        visitor.send("/jails", "/acting/end", Map.of());
        visitor.send("/jails", "/sign-out", Map.of());
        assertThat(ends()).as("ended, and signed out then").isEqualTo(3);
    }

    private long ends() {
        return actors("user", owner.id().toString(), "user.acting-ended").stream()
                .filter(("user:" + operator.login() + " for user:" + owner.login())::equals)
                .count();
    }

    @Test
    void pagesOfBeforeDoNotGoOnAsSomebodyElse() throws Exception {
        CompletableFuture<Void> before = visitor.stream("/jails/live");
        act();
        before.get(30, TimeUnit.SECONDS);
        CompletableFuture<Void> acting = visitor.stream("/jails/live");
        visitor.send("/jails", "/acting/end", Map.of());
        acting.get(30, TimeUnit.SECONDS);
    }
}
