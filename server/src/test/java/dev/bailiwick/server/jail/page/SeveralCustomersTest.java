package dev.bailiwick.server.jail.page;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.authentication;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.server.ApiClient;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.MemberRole;
import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.account.authentication.CallerAuthentication;
import dev.bailiwick.server.account.member.MemberChange;
import dev.bailiwick.server.account.member.Members;
import dev.bailiwick.server.account.user.Membership;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.placement.NewJail;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.web.servlet.MockMvc;

/** The list of jails of somebody who belongs to several customers. */
@ServerTest
class SeveralCustomersTest {

    @Autowired
    private MockMvc http;

    @Autowired
    private ApiClient api;

    @Autowired
    private Users users;

    @Autowired
    private Members members;

    @Autowired
    private Jails jails;

    @Autowired
    private Fleet.Fixtures fixtures;

    private UserId agency = UserId.fresh();
    private CustomerId one = CustomerId.fresh();
    private CustomerId other = CustomerId.fresh();

    @BeforeEach
    void anAgencyOfTwoCustomers() {
        HostId host = fixtures.connectedHostWithPool();
        one = fixtures.customer();
        other = fixtures.customer();
        agency = users.create(OPERATOR, "a-" + UUID.randomUUID(), "long enough for all", new Membership.Of(one))
                .id();
        define(host, one, "shop-of-one");
        define(host, other, "shop-of-other");
    }

    private void define(HostId host, CustomerId customer, String name) {
        var _ = jails.define(OPERATOR, new NewJail(customer, Optional.of(host), Optional.empty(), Fleet.named(name)));
    }

    private void joinTheOther() {
        var _ = members.put(OPERATOR, other, agency, new MemberChange(MemberRole.OWNER, List.of()));
    }

    private Caller caller() {
        return users.inSession(agency).orElseThrow();
    }

    private String page(String query) throws Exception {
        return http.perform(get("/jails" + query).with(authentication(new CallerAuthentication(caller()))))
                .andReturn()
                .getResponse()
                .getContentAsString();
    }

    @Test
    void showsWhoseEachJailIsAndFiltersByCustomer() throws Exception {
        assertThat(page("")).contains("shop-of-one").doesNotContain("name=\"customer\"", "cell-customer");
        joinTheOther();

        assertThat(page(""))
                .contains("shop-of-one", "shop-of-other", "name=\"customer\"", "cell-customer")
                .contains("Customer " + one, "Customer " + other);
        assertThat(page("?customer=" + other)).contains("shop-of-other").doesNotContain("shop-of-one");
        assertThat(page("?customer=" + fixtures.customer())).doesNotContain("shop-of-one", "shop-of-other");
    }

    @Test
    void theApiFiltersByCustomerToo() {
        joinTheOther();
        assertThat(api.json(api.get(caller(), "/api/v1/jails")).get("items")).hasSize(2);
        assertThat(api.json(api.get(caller(), "/api/v1/jails?customer=" + other))
                        .get("items"))
                .hasSize(1);
        assertThat(api.json(api.get(caller(), "/api/v1/jails?customer=" + fixtures.customer()))
                        .get("items"))
                .isEmpty();
    }
}
