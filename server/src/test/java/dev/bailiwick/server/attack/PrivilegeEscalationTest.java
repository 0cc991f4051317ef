package dev.bailiwick.server.attack;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.ApiClient;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.MemberRole;
import dev.bailiwick.server.account.RightMissing;
import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.account.authentication.SessionUser;
import dev.bailiwick.server.account.member.Member;
import dev.bailiwick.server.account.member.MemberChange;
import dev.bailiwick.server.account.member.Members;
import dev.bailiwick.server.account.token.ApiTokens;
import dev.bailiwick.server.account.token.TokenRequest;
import dev.bailiwick.server.account.user.Membership;
import dev.bailiwick.server.account.user.UserPasswords;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.placement.NewJail;
import dev.bailiwick.server.problem.Failure;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpMethod;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.security.core.Authentication;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import org.springframework.transaction.support.TransactionTemplate;

/** Somebody tries to get rights that nobody gave them: by tokens, by memberships, and by two requests at once. */
@ServerTest
class PrivilegeEscalationTest {

    private static final String PASSWORD = "long enough for all";
    private static final Map<String, String> MERGE_PATCH = Map.of("Content-Type", "application/merge-patch+json");
    private static final int RACERS = 200;

    @Autowired
    private ApiClient api;

    @Autowired
    private Users users;

    @Autowired
    private UserPasswords passwords;

    @Autowired
    private ApiTokens tokens;

    @Autowired
    private Members members;

    @Autowired
    private Jails jails;

    @Autowired
    private Fleet.Fixtures fixtures;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private TransactionTemplate transaction;

    private CustomerId customer = CustomerId.fresh();
    private JailId shop = new JailId(UUID.randomUUID());
    private UserId owner = UserId.fresh();
    private UserId colleague = UserId.fresh();

    @BeforeEach
    void aCustomer() {
        HostId host = fixtures.connectedHostWithPool();
        customer = fixtures.customer();
        shop = jails.define(OPERATOR, new NewJail(customer, Optional.of(host), Optional.empty(), Fleet.named("shop")))
                .id();
        owner = user(new Membership.Of(customer));
        colleague = user(new Membership.Of(fixtures.customer()));
        members.put(OPERATOR, customer, colleague, new MemberChange(MemberRole.COLLEAGUE, List.of()));
    }

    private UserId user(Membership membership) {
        return users.create(OPERATOR, "e-" + UUID.randomUUID(), PASSWORD, membership)
                .id();
    }

    private Caller as(UserId user) {
        return users.inSession(user).orElseThrow();
    }

    private MvcTestResult put(Caller caller, UserId user, String body) {
        return api.call(caller, HttpMethod.PUT, "/api/v1/customers/" + customer + "/members/" + user, body);
    }

    private List<UserId> owners() {
        return members.list(OPERATOR, customer, Optional.empty(), 1000).stream()
                .filter(member -> member.role() == MemberRole.OWNER)
                .map(Member::user)
                .toList();
    }

    @Test
    void aTokenForUsersMakesNobodyMoreThanItself() {
        UserId accomplice = user(new Membership.Staff(Role.SUPPORT));
        Caller token = as(user(new Membership.Staff(Role.OWNER))).with(Set.of(Scope.USERS_READ, Scope.USERS_WRITE));

        assertThat(api.call(
                        token, HttpMethod.PATCH, "/api/v1/users/" + accomplice, MERGE_PATCH, "{\"role\": \"owner\"}"))
                .hasStatus(422);
        assertThat(api.call(
                        token,
                        HttpMethod.POST,
                        "/api/v1/users",
                        "{\"login\": \"e-new\", \"password\": \"" + PASSWORD + "\", \"role\": \"owner\"}"))
                .hasStatus(422);
        assertThat(as(accomplice).role()).isEqualTo(Role.SUPPORT);
    }

    @Test
    void aTokenForMembersMakesNobodyMoreThanItself() {
        Caller token = as(owner).with(Set.of(Scope.MEMBERS_READ, Scope.MEMBERS_WRITE, Scope.JAILS_READ));
        String power = "{\"role\": \"colleague\", \"jails\": [{\"jail\": \"" + shop + "\", \"rights\": [\"power\"]}]}";

        assertThat(put(token, colleague, "{\"role\": \"owner\"}")).hasStatus(422);
        assertThat(put(token, colleague, power)).hasStatus(422);
        assertThat(owners()).containsExactly(owner);
        assertThat(put(token, colleague, power.replace("\"power\"", ""))).hasStatus(200);
        assertThat(put(as(owner), colleague, power)).hasStatus(200);
    }

    @Test
    void aTokenHasNoScopeBeyondItsUser() {
        UserId support = user(new Membership.Staff(Role.SUPPORT));
        assertThat(api.call(
                        as(support),
                        HttpMethod.POST,
                        "/api/v1/tokens",
                        "{\"name\": \"more\", \"scopes\": [\"jails:read\", \"jails:write\"]}"))
                .hasStatus(422);

        UserId lowered = user(new Membership.Staff(Role.OPERATOR));
        String secret = tokens.issue(as(lowered), new TokenRequest("all", Role.OPERATOR.scopes(), null))
                .secret();
        users.changeRole(OPERATOR, lowered, Role.SUPPORT);
        Caller after = tokens.authenticate(secret, InetAddress.getLoopbackAddress())
                .orElseThrow()
                .caller();
        assertThat(Role.SUPPORT.scopes()).containsAll(after.scopes());
        assertThat(api.call(after, HttpMethod.POST, "/api/v1/jails/" + shop + "/stop", ""))
                .hasStatus(403);
    }

    @Test
    void aSessionByLinkHasNoScopeBeyondItsToken() {
        UserId support = user(new Membership.Staff(Role.SUPPORT));
        Set<Scope> scopes = as(support).scopes();
        ApiTokens.IssuedToken token = tokens.issue(as(support), new TokenRequest("link", scopes, null));
        MockHttpServletRequest request = new MockHttpServletRequest();
        request.getSession(true).setAttribute(SessionUser.USER, support.toString());
        SessionUser.boundBy(token.token().id(), request);

        users.changeRole(OPERATOR, support, Role.OWNER);

        assertThat(new SessionUser(users, tokens)
                        .loadDeferredContext(request)
                        .get()
                        .getAuthentication())
                .extracting(Authentication::getPrincipal)
                .isInstanceOfSatisfying(
                        Caller.class, caller -> assertThat(caller.scopes()).isEqualTo(scopes));
    }

    @Test
    void aColleagueMakesItselfNoOwner() {
        assertThat(put(as(colleague), colleague, "{\"role\": \"owner\"}")).hasStatus(403);
        assertThat(put(as(colleague), owner, "{\"role\": \"colleague\"}")).hasStatus(403);
        assertThat(owners()).containsExactly(owner);
    }

    @Test
    void anOwnerChangesNobodyOfAnotherCustomerAndAddsNoStaff() {
        UserId stranger = user(new Membership.Of(fixtures.customer()));
        UserId staff = user(new Membership.Staff(Role.SUPPORT));
        for (String body : List.of("{\"role\": \"owner\"}", "{\"role\": \"colleague\"}")) {
            assertThat(put(as(stranger), owner, body)).hasStatus(404);
            assertThat(put(as(stranger), stranger, body)).hasStatus(404);
            assertThat(put(as(owner), staff, body)).hasStatus(404);
            assertThat(put(as(owner), UserId.fresh(), body)).hasStatus(404);
        }
        assertThat(owners()).containsExactly(owner);
    }

    @Test
    void aMemberThatWasRemovedMeanwhileChangesNothing() {
        members.put(OPERATOR, customer, colleague, new MemberChange(MemberRole.OWNER, List.of()));
        Caller since = as(colleague);
        members.remove(OPERATOR, customer, colleague);

        assertThatThrownBy(() -> members.remove(since, customer, owner)).isInstanceOf(RightMissing.class);
        assertThatThrownBy(() -> members.put(since, customer, owner, new MemberChange(MemberRole.COLLEAGUE, List.of())))
                .isInstanceOf(RightMissing.class);
        assertThat(owners()).containsExactly(owner);
    }

    /** The hash of a password takes long, in which the row that was read can change. */
    @Test
    void aChangeOfThePasswordDoesNotTakeBackALoweredRole() {
        UserId operator = user(new Membership.Staff(Role.OPERATOR));
        Caller caller = as(operator);
        // The change of the role waits for the change of the password, which has locked the user.
        CompletableFuture<Void> lowered = Objects.requireNonNull(transaction.execute(_ -> {
            passwords.change(caller, PASSWORD, "another long password");
            return CompletableFuture.runAsync(() -> {
                users.changeRole(OPERATOR, operator, Role.SUPPORT);
                users.disable(OPERATOR, operator);
            });
        }));
        lowered.join();

        assertThat(users.inSession(operator)).as("disabled").isEmpty();
        assertThat(users.get(OPERATOR, operator).role()).isEqualTo(Role.SUPPORT);
    }

    @Test
    void twoOwnersOfACustomerDemoteEachOther() throws Exception {
        members.put(OPERATOR, customer, colleague, new MemberChange(MemberRole.OWNER, List.of()));
        Caller one = as(owner);
        Caller other = as(colleague);
        MemberChange lower = new MemberChange(MemberRole.COLLEAGUE, List.of());

        race(number -> number % 2 == 0
                ? members.put(one, customer, colleague, lower)
                : members.put(other, customer, owner, lower));

        assertThat(owners()).hasSize(1);
    }

    @Test
    void twoOwnersOfTheInstallationDemoteEachOther() throws Exception {
        List<UUID> others = jdbc.sql("UPDATE app_user SET role = 'operator' WHERE role = 'owner' RETURNING id")
                .query((row, _) -> row.getObject(1, UUID.class))
                .list();
        try {
            UserId one = user(new Membership.Staff(Role.OWNER));
            UserId other = user(new Membership.Staff(Role.OWNER));

            race(number -> switch (number % 4) {
                case 0 -> users.changeRole(OPERATOR, one, Role.SUPPORT);
                case 1 -> users.changeRole(OPERATOR, other, Role.BILLING);
                case 2 -> users.disable(OPERATOR, one);
                default -> users.disable(OPERATOR, other);
            });

            assertThat(jdbc.sql("SELECT count(*) FROM app_user WHERE role = 'owner' AND disabled_at IS NULL")
                            .query(Integer.class)
                            .single())
                    .isOne();
        } finally {
            jdbc.sql("UPDATE app_user SET role = 'owner' WHERE id = ANY (:ids)")
                    .param("ids", others.toArray(UUID[]::new))
                    .update();
        }
    }

    private interface Step {
        Object run(int number);
    }

    /** Takes all steps at once. A step may be refused, and nothing else may happen to it. */
    private static void race(Step step) throws Exception {
        try (ExecutorService racers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Object>> steps = new ArrayList<>();
            for (int i = 0; i < RACERS; i++) {
                int number = i;
                steps.add(() -> {
                    try {
                        return step.run(number);
                    } catch (Failure refused) {
                        return refused.type().status();
                    }
                });
            }
            for (Future<Object> done : racers.invokeAll(steps)) {
                assertThat(done.get()).isNotNull();
            }
        }
    }
}
