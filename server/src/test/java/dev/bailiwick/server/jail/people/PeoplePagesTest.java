package dev.bailiwick.server.jail.people;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.authentication;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.csrf;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.MemberRole;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.account.authentication.CallerAuthentication;
import dev.bailiwick.server.account.authentication.Factor;
import dev.bailiwick.server.account.authentication.Factors;
import dev.bailiwick.server.account.member.JailRights;
import dev.bailiwick.server.account.member.MemberChange;
import dev.bailiwick.server.account.member.Members;
import dev.bailiwick.server.account.user.Membership;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.placement.NewJail;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.MvcResult;
import org.springframework.test.web.servlet.request.MockHttpServletRequestBuilder;

/** The pages on which the owner of a customer chooses its people. */
@ServerTest
class PeoplePagesTest {

    @Autowired
    private MockMvc http;

    @Autowired
    private Users users;

    @Autowired
    private Members members;

    @Autowired
    private Jails jails;

    @Autowired
    private Fleet.Fixtures fixtures;

    private CustomerId customer = CustomerId.fresh();
    private JailId shop = new JailId(UUID.randomUUID());
    private JailId mail = new JailId(UUID.randomUUID());
    private UserId owner = UserId.fresh();
    private UserId colleague = UserId.fresh();

    @BeforeEach
    void customerWithAColleague() {
        HostId host = fixtures.connectedHostWithPool();
        customer = fixtures.customer();
        shop = jail(host, "shop");
        mail = jail(host, "mail");
        owner = user(customer);
        colleague = user(fixtures.customer());
        members.put(
                OPERATOR,
                customer,
                colleague,
                new MemberChange(
                        MemberRole.COLLEAGUE,
                        List.of(
                                new JailRights(shop, Set.of(Right.POWER)),
                                new JailRights(mail, Set.of(Right.CONFIGURE)))));
    }

    private JailId jail(HostId host, String name) {
        return jails.define(OPERATOR, new NewJail(customer, Optional.of(host), Optional.empty(), Fleet.named(name)))
                .id();
    }

    private UserId user(CustomerId of) {
        return users.create(OPERATOR, "p-" + UUID.randomUUID(), "long enough for all", new Membership.Of(of))
                .id();
    }

    private MvcResult perform(UserId user, MockHttpServletRequestBuilder request) throws Exception {
        return http.perform(request.with(csrf())
                        .with(authentication(new CallerAuthentication(
                                users.inSession(user).orElseThrow(), Factors.of(Factor.PASSWORD, Instant.now())))))
                .andReturn();
    }

    private int status(UserId user, String address) throws Exception {
        return perform(user, get(address)).getResponse().getStatus();
    }

    private String page(UserId user, String address) throws Exception {
        return perform(user, get(address)).getResponse().getContentAsString();
    }

    private String person(UserId user) {
        return "/people/" + customer + "/" + user;
    }

    private Caller now(UserId user) {
        return users.inSession(user).orElseThrow();
    }

    @Test
    void ownerSeesThePeopleAndColleaguesDoNot() throws Exception {
        assertThat(page(owner, "/jails")).contains("href=\"/people\"");
        assertThat(page(owner, "/people"))
                .contains(now(owner).login(), now(colleague).login());
        assertThat(page(owner, person(colleague)))
                .contains(shop + " power", mail + " configure")
                .doesNotContain("name=\"login\"");

        assertThat(status(colleague, "/people?customer=" + customer)).isEqualTo(403);
        assertThat(status(colleague, person(owner))).isEqualTo(403);
        UserId stranger = user(fixtures.customer());
        assertThat(status(stranger, "/people?customer=" + customer)).isEqualTo(404);
        assertThat(status(stranger, "/people/" + customer + "/invite")).isEqualTo(404);
    }

    @Test
    void ownerOfSeveralCustomersChoosesOne() throws Exception {
        CustomerId other = fixtures.customer();
        members.put(OPERATOR, other, owner, new MemberChange(MemberRole.OWNER, List.of()));

        assertThat(page(owner, "/people?customer=" + other))
                .contains("value=\"Customer " + other + "\"")
                .doesNotContain(now(colleague).login());
        assertThat(page(owner, "/suggestions/customers"))
                .contains("value=\"Customer " + customer + "\"", "value=\"Customer " + other + "\"");
    }

    @Test
    void changesTheJailsThatWereShown() throws Exception {
        MvcResult changed = perform(
                owner,
                post(person(colleague))
                        .param("role", "colleague")
                        .param("shown", shop.toString())
                        .param("rights", shop + " see", shop + " configure"));

        assertThat(changed.getResponse().getRedirectedUrl()).isEqualTo("/people?customer=" + customer);
        assertThat(now(colleague).may(Right.CONFIGURE, customer, shop)).isTrue();
        assertThat(now(colleague).may(Right.POWER, customer, shop)).isFalse();
        assertThat(now(colleague).may(Right.CONFIGURE, customer, mail))
                .as("a jail that was not shown")
                .isTrue();

        MvcResult refused = perform(owner, post(person(owner)).param("role", "colleague"));
        assertThat(refused.getResponse().getContentAsString()).contains("last owner of a customer stays");
        assertThat(perform(owner, post(person(colleague)).param("role", "boss"))
                        .getResponse()
                        .getContentAsString())
                .contains("must be owner or colleague");
    }

    @Test
    void createsAPasswordLinkForSomebodyOfThisCustomerAlone() throws Exception {
        UserId only = user(customer);
        assertThat(page(owner, person(only))).contains(person(only) + "/password");
        assertThat(page(owner, person(owner))).doesNotContain("/password\"");
        MvcResult issued = perform(owner, post(person(only) + "/password"));
        assertThat(issued.getResponse().getRedirectedUrl()).isEqualTo(person(only));
        assertThat(String.valueOf(issued.getFlashMap().get("link"))).matches("http://localhost/sign-in/reset/.{43}");

        // The colleague belongs to another customer as well, whose jails the link would open.
        MvcResult refused = perform(owner, post(person(colleague) + "/password"));
        assertThat(refused.getFlashMap().containsKey("link")).isFalse();
        assertThat(String.valueOf(refused.getFlashMap().get("noLink")))
                .contains("does not belong to this customer alone");
        assertThat(perform(colleague, post(person(only) + "/password"))
                        .getResponse()
                        .getStatus())
                .isEqualTo(403);
    }

    @Test
    void endsAMembership() throws Exception {
        perform(owner, post(person(colleague) + "/remove"));

        assertThat(now(colleague).sees(customer, shop)).isFalse();
        assertThat(status(owner, person(colleague))).isEqualTo(404);
    }

    @Test
    void invitesByALinkThatIsShownOnceAndWithdraws() throws Exception {
        String login = "n-" + UUID.randomUUID();
        MvcResult invited = perform(
                owner,
                post("/people/" + customer + "/invite")
                        .param("login", login)
                        .param("role", "colleague")
                        .param("shown", shop.toString())
                        .param("rights", shop + " see"));
        assertThat(String.valueOf(invited.getFlashMap().get("link")))
                .matches("http://localhost/sign-in/invitation/.{43}");

        String list = page(owner, "/people");
        assertThat(list).contains(login).doesNotContain("/sign-in/invitation/");
        String withdraw = list.replaceAll("(?s).*action=\"(/people/[^\"]*/withdraw)\".*", "$1");
        perform(owner, post(withdraw));
        assertThat(page(owner, "/people")).doesNotContain(login);

        assertThat(perform(owner, post("/people/" + customer + "/invite").param("role", "colleague"))
                        .getResponse()
                        .getContentAsString())
                .contains("must have 1 to 254 letters");
    }
}
