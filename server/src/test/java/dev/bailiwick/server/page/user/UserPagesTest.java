package dev.bailiwick.server.page.user;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.authentication;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.csrf;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;

import dev.bailiwick.server.ApiClient;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.MemberRole;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.account.authentication.CallerAuthentication;
import dev.bailiwick.server.account.authentication.Factor;
import dev.bailiwick.server.account.authentication.Factors;
import dev.bailiwick.server.account.member.MemberChange;
import dev.bailiwick.server.account.member.Members;
import dev.bailiwick.server.account.token.ApiTokens;
import dev.bailiwick.server.account.token.TokenRequest;
import dev.bailiwick.server.account.user.CustomersWithoutOwner;
import dev.bailiwick.server.account.user.Membership;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.account.user.Users.Ownerless;
import jakarta.servlet.http.Cookie;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpMethod;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.MvcResult;
import org.springframework.test.web.servlet.request.MockHttpServletRequestBuilder;

/** The pages of users, of all tokens and of rights, and what they do by the API. */
@ServerTest
class UserPagesTest {

    private static final String PASSWORD = "long enough for all";

    @Autowired
    private MockMvc http;

    @Autowired
    private ApiClient api;

    @Autowired
    private Users users;

    @Autowired
    private Members members;

    @Autowired
    private ApiTokens tokens;

    @Autowired
    private Fleet.Fixtures fixtures;

    private Caller owner = OPERATOR;
    private CustomerId customer = CustomerId.fresh();
    private Caller sole = OPERATOR;

    @BeforeEach
    void aCustomerWithOneOwner() {
        owner = user(new Membership.Staff(Role.OWNER));
        customer = fixtures.customer();
        sole = user(new Membership.Of(customer));
    }

    private Caller user(Membership membership) {
        return users.inSession(users.create(OPERATOR, "u-" + UUID.randomUUID(), PASSWORD, membership)
                        .id())
                .orElseThrow();
    }

    private MockHttpServletResponse perform(Caller caller, MockHttpServletRequestBuilder request) throws Exception {
        return result(caller, request).getResponse();
    }

    private MvcResult result(Caller caller, MockHttpServletRequestBuilder request) throws Exception {
        return http.perform(request.with(csrf())
                        .with(authentication(
                                new CallerAuthentication(caller, Factors.of(Factor.PASSWORD, Instant.now())))))
                .andReturn();
    }

    private String page(Caller caller, String address) throws Exception {
        MockHttpServletResponse answer = perform(caller, get(address));
        assertThat(answer.getStatus()).as(address).isEqualTo(200);
        return answer.getContentAsString();
    }

    private static String address(UserId user) {
        return "/users/" + user;
    }

    @Test
    void staffSeesUsersAndOnlyWhoeverManagesThemChangesThem() throws Exception {
        Caller support = user(new Membership.Staff(Role.SUPPORT));
        assertThat(page(support, "/users")).contains("<h1>Users</h1>");
        assertThat(page(support, address(sole.user())))
                .contains(sole.login(), "/customers/" + customer)
                .doesNotContain("/disable", "/sessions/end", "/tokens?user=");
        assertThat(page(owner, address(sole.user()))).contains("/disable", "/tokens?user=" + sole.user());
        assertThat(page(owner, address(support.user()))).contains("/role");
        assertThat(perform(sole, get("/users")).getStatus()).isEqualTo(403);
        assertThat(page(sole, "/jails")).doesNotContain("href=\"/users\"");
        assertThat(page(support, "/jails")).contains("href=\"/users\"");
    }

    @Test
    void changesRolesEndsSessionsAndDisables() throws Exception {
        Caller operator = user(new Membership.Staff(Role.OPERATOR));
        String address = address(operator.user());
        assertThat(perform(owner, post(address + "/role").param("role", "support"))
                        .getRedirectedUrl())
                .isEqualTo(address);
        assertThat(users.known(operator.user()).role()).isEqualTo(Role.SUPPORT);
        assertThat(perform(owner, post(address + "/sessions/end")).getRedirectedUrl())
                .isEqualTo(address);
        assertThat(perform(owner, post(address + "/disable")).getRedirectedUrl())
                .isEqualTo(address);
        assertThat(users.known(operator.user()).disabledAt()).isNotNull();
        assertThat(page(owner, address)).contains("Disabled").doesNotContain("/disable");
    }

    @Test
    void createsAPasswordLinkThatIsShownOnce() throws Exception {
        String address = address(sole.user());
        assertThat(page(owner, address)).contains(address + "/password");
        assertThat(page(owner, address(owner.user()))).doesNotContain("/password\"");
        MvcResult issued = result(owner, post(address + "/password"));
        assertThat(issued.getResponse().getRedirectedUrl()).isEqualTo(address);
        String link = String.valueOf(issued.getFlashMap().get("link"));
        assertThat(link).matches("http://localhost/sign-in/reset/.{43}");
        Cookie flash = Objects.requireNonNull(issued.getResponse().getCookie("__Host-flash"));
        assertThat(perform(owner, get(address).cookie(flash)).getContentAsString())
                .contains(link, "It is shown only now");
        assertThat(page(owner, address)).doesNotContain("/sign-in/reset/");

        MvcResult own = result(owner, post(address(owner.user()) + "/password"));
        assertThat(own.getFlashMap().containsKey("link")).isFalse();
        assertThat(String.valueOf(own.getFlashMap().get("noLink"))).contains("is your own user");
        Caller support = user(new Membership.Staff(Role.SUPPORT));
        assertThat(perform(support, post(address + "/password")).getStatus()).isEqualTo(403);
    }

    @Test
    void disablesNobodyWhoLeavesACustomerWithoutOwnerUnlessAsked() {
        String address = "/api/v1/users/" + sole.user();
        var refused = api.call(owner, HttpMethod.DELETE, address, "");
        assertThat(refused).hasStatus(409);
        assertThat(api.json(refused).get("type").asString()).isEqualTo("/problems/customers-without-owner");
        assertThat(api.json(refused).get("detail").asString()).contains("Customer " + customer);

        Caller second = user(new Membership.Of(customer));
        assertThat(api.call(owner, HttpMethod.DELETE, address, "")).hasStatus(200);
        assertThatThrownBy(() -> users.disable(owner, second.user(), Ownerless.REFUSED))
                .as("the first one cannot sign in any more")
                .isInstanceOf(CustomersWithoutOwner.class);
        assertThat(api.call(owner, HttpMethod.DELETE, "/api/v1/users/" + second.user() + "?leaveOwnerless=true", ""))
                .hasStatus(200);
    }

    @Test
    void twoOwnersOfACustomerAreNotDisabledAtOnce() throws Exception {
        for (int round = 0; round < 5; round++) {
            CustomerId of = fixtures.customer();
            Caller one = user(new Membership.Of(of));
            Caller other = user(new Membership.Of(of));
            List<Callable<Object>> steps = new ArrayList<>();
            for (Caller who : List.of(one, other, one, other)) {
                steps.add(() -> {
                    try {
                        return users.disable(owner, who.user(), Ownerless.REFUSED);
                    } catch (CustomersWithoutOwner refused) {
                        return refused;
                    }
                });
            }
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                for (var done : threads.invokeAll(steps)) {
                    assertThat(done.get()).isNotNull();
                }
            }
            assertThat(List.of(one, other))
                    .filteredOn(who -> users.inSession(who.user()).isPresent())
                    .hasSize(1);
        }
    }

    @Test
    void listsMemberships() {
        CustomerId second = fixtures.customer();
        var _ = members.put(OPERATOR, second, sole.user(), new MemberChange(MemberRole.COLLEAGUE, List.of()));
        var listed = api.json(api.get(owner, "/api/v1/users/" + sole.user() + "/memberships"))
                .get("items");
        assertThat(listed).hasSize(2);
        assertThat(listed.toString()).contains(customer.toString(), second.toString(), "colleague", "owner");
        assertThat(api.get(owner, "/api/v1/users/" + UUID.randomUUID() + "/memberships"))
                .hasStatus(404);
        assertThat(api.get(sole, "/api/v1/users/" + sole.user() + "/memberships"))
                .hasStatus(403);
    }

    @Test
    void showsAllTokensToWhoeverManagesUsersWhoRevokesThem() throws Exception {
        var token = tokens.issue(sole, new TokenRequest("of-sole", Set.of(Scope.JAILS_READ), null));
        assertThat(page(owner, "/tokens?user=" + sole.user())).contains("of-sole", sole.login());
        assertThat(perform(sole, get("/tokens")).getStatus()).isEqualTo(403);
        assertThat(perform(owner, get("/tokens").param("user", "nobody")).getStatus())
                .isEqualTo(422);

        assertThat(perform(owner, post("/tokens/" + token.token().id() + "/revoke"))
                        .getRedirectedUrl())
                .isEqualTo("/tokens?user=" + sole.user());
        assertThat(tokens.inUse(sole, 10)).isEmpty();
        assertThat(page(owner, "/tokens?user=" + sole.user())).contains("Revoked");
    }

    @Test
    void printsTheTableOfRights() throws Exception {
        String page = page(sole, "/rights");
        for (Right right : Right.values()) {
            assertThat(page).contains(">" + right + "<");
        }
        assertThat(page).doesNotContain("??");
    }
}
