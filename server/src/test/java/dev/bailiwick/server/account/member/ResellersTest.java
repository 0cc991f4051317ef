package dev.bailiwick.server.account.member;

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
import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.account.user.Membership;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.database.RowAccess;
import dev.bailiwick.server.database.TestThreads;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.placement.NewJail;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.http.HttpMethod;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The owners of a reseller have the rights of an owner for its customers, as long as it is their reseller. */
@ServerTest
class ResellersTest {

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

    @Autowired
    private JdbcClient jdbc;

    private CustomerId reseller = CustomerId.fresh();
    private CustomerId first = CustomerId.fresh();
    private CustomerId second = CustomerId.fresh();
    private UserId owner = UserId.fresh();

    @BeforeEach
    void twoCustomersOfAReseller() {
        HostId host = fixtures.connectedHostWithPool();
        reseller = fixtures.customer();
        first = fixtures.customer();
        second = fixtures.customer();
        jail(host, reseller, "own");
        jail(host, first, "first");
        jail(host, second, "second");
        owner = user(reseller);
        assertThat(resell(first, reseller)).isEqualTo(200);
        assertThat(resell(second, reseller)).isEqualTo(200);
    }

    private JailId jail(HostId host, CustomerId of, String name) {
        return jails.define(OPERATOR, new NewJail(of, Optional.of(host), Optional.empty(), Fleet.named(name)))
                .id();
    }

    private UserId user(CustomerId of) {
        return users.create(OPERATOR, "r-" + UUID.randomUUID(), "long enough for all", new Membership.Of(of))
                .id();
    }

    private int resell(CustomerId customer, CustomerId to) {
        return api.call(
                        OPERATOR,
                        HttpMethod.PUT,
                        "/api/v1/customers/" + customer + "/reseller",
                        "{\"reseller\": \"" + to + "\"}")
                .getResponse()
                .getStatus();
    }

    private Caller as(UserId user) {
        return users.inSession(user).orElseThrow();
    }

    private List<String> listed(Caller caller) {
        return StreamSupport.stream(
                        api.json(api.get(caller, "/api/v1/jails?sort=name"))
                                .get("items")
                                .spliterator(),
                        false)
                .map(jail -> jail.get("name").asString())
                .toList();
    }

    private long rows(Caller caller) {
        return TestThreads.<Long, RuntimeException>asServer(() -> caller.rows()
                .call(() ->
                        jdbc.sql("SELECT count(*) FROM jail").query(Long.class).single()));
    }

    @Test
    void theOwnerOfTheResellerSeesItsCustomers() {
        assertThat(listed(as(owner))).containsExactly("first", "own", "second");
        assertThat(rows(as(owner))).as("by row-level security alone").isEqualTo(3);
    }

    @Test
    void theCustomersSeeNeitherTheResellerNorEachOther() {
        UserId child = user(first);

        assertThat(listed(as(child))).containsExactly("first");
        assertThat(rows(as(child))).isOne();
        assertThat(api.get(as(child), "/api/v1/customers/" + reseller + "/members"))
                .hasStatus(404);
    }

    @Test
    void aColleagueAtTheResellerSeesNothingOfItsCustomers() {
        UserId colleague = user(reseller);
        members.put(OPERATOR, reseller, colleague, new MemberChange(MemberRole.COLLEAGUE, List.of()));

        assertThat(listed(as(colleague))).isEmpty();
        assertThat(rows(as(colleague))).isZero();
    }

    @Test
    void theOwnerOfTheResellerChoosesThePeopleOfItsCustomers() {
        UserId child = user(first);
        UserId _ = user(first);

        assertThat(api.call(
                        as(owner),
                        HttpMethod.PUT,
                        "/api/v1/customers/" + first + "/members/" + child,
                        "{\"role\": \"colleague\"}"))
                .hasStatus(200);
        assertThat(as(child).access().customers()).containsEntry(first, Set.of());
        assertThat(api.call(
                        as(owner),
                        HttpMethod.POST,
                        "/api/v1/customers/" + first + "/invitations",
                        "{\"login\": \"invited\", \"role\": \"owner\"}"))
                .hasStatus(201);
    }

    @Test
    void anotherResellerAndAnEndedMembershipTakeTheRightsAway() {
        Caller before = as(owner);
        UserId _ = user(reseller);

        assertThat(resell(second, fixtures.customer())).isEqualTo(200);
        assertThat(as(owner).access().version())
                .as("what ends open streams")
                .isGreaterThan(before.access().version());
        assertThat(listed(as(owner))).containsExactly("first", "own");
        assertThat(api.call(
                        before,
                        HttpMethod.PUT,
                        "/api/v1/customers/" + second + "/members/" + user(second),
                        "{\"role\": \"owner\"}"))
                .as("a request that began before, to which the database shows the customer no more")
                .hasStatus(404);

        members.put(OPERATOR, reseller, owner, new MemberChange(MemberRole.COLLEAGUE, List.of()));
        assertThat(listed(as(owner))).isEmpty();
    }

    @Test
    void thereIsOneLevel() {
        CustomerId other = fixtures.customer();

        assertThat(resell(other, first)).as("a customer of a reseller").isEqualTo(422);
        assertThat(resell(reseller, other)).as("a reseller").isEqualTo(422);
        assertThat(resell(other, other)).as("itself").isEqualTo(422);
        assertThat(resell(other, CustomerId.fresh())).as("nobody").isEqualTo(422);
        jdbc.sql("UPDATE customer SET retired_at = now(), retirement_final_at = now() WHERE id = ?")
                .param(other.value())
                .update();
        assertThat(resell(fixtures.customer(), other)).as("retired").isEqualTo(422);
        assertThatThrownBy(() -> RowAccess.everything()
                        .run(() -> jdbc.sql("UPDATE customer SET reseller_id = ? WHERE id = ?")
                                .params(first.value(), fixtures.customer().value())
                                .update()))
                .isInstanceOf(DataIntegrityViolationException.class);
    }

    @Test
    void onlyANullThatIsSaidTakesTheResellerAway() {
        String customer = "/api/v1/customers/" + first;

        for (String body : List.of("{}", "{\"seller\": null}")) {
            var silent = api.call(OPERATOR, HttpMethod.PUT, customer + "/reseller", body);
            assertThat(silent).as(body).hasStatus(422);
            assertThat(api.json(silent).get("errors").toString())
                    .as(body)
                    .contains("{\"pointer\":\"/reseller\",\"message\":\"is required\"}");
        }
        var wrong = api.call(OPERATOR, HttpMethod.PUT, customer + "/reseller", "{\"reseller\": 5}");
        assertThat(api.json(wrong).get("errors")).hasSize(1);
        assertThat(api.json(wrong).get("errors").toString()).doesNotContain("required");
        assertThat(api.json(api.get(OPERATOR, customer)).get("reseller").asString())
                .isEqualTo(reseller.toString());

        assertThat(api.call(OPERATOR, HttpMethod.PUT, customer + "/reseller", "{\"reseller\": null}"))
                .hasStatusOk();
        assertThat(api.json(api.get(OPERATOR, customer)).hasNonNull("reseller")).isFalse();
    }

    @Test
    void staffListsTheCustomersOfAReseller() {
        var list = api.json(api.get(OPERATOR, "/api/v1/customers?reseller=" + reseller));

        assertThat(list.get("items"))
                .extracting(customer -> customer.get("id").asString())
                .containsExactlyInAnyOrder(first.toString(), second.toString());
        assertThat(list.get("items").get(0).get("reseller").asString()).isEqualTo(reseller.toString());
        assertThat(api.get(OPERATOR, "/api/v1/customers?externalId=x&reseller=" + reseller))
                .hasStatus(422);
    }
}
