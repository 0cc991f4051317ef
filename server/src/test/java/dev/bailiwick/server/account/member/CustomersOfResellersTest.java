package dev.bailiwick.server.account.member;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.server.ApiClient;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.MemberRole;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.account.user.Membership;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.bounds.Bound;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.placement.NewJail;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpMethod;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.web.servlet.assertj.MvcTestResult;

/** The owners of a reseller create its customers and set their quotas, and no others. */
@ServerTest
class CustomersOfResellersTest {

    @Autowired
    private ApiClient api;

    @Autowired
    private Users users;

    @Autowired
    private Members members;

    @Autowired
    private Jails jails;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private Fleet.Fixtures fixtures;

    private CustomerId reseller = CustomerId.fresh();
    private CustomerId first = CustomerId.fresh();
    private UserId owner = UserId.fresh();

    @BeforeEach
    void aResellerWithACustomer() {
        reseller = fixtures.customer();
        assertThat(patch(OPERATOR, reseller, "{\"name\": \"Agency\", \"quota\": {\"jails\": 5, \"memory\": \"8GiB\"}}"))
                .hasStatusOk();
        first = created(create(
                OPERATOR,
                "{\"name\": \"First\", \"externalId\": \"E-" + UUID.randomUUID()
                        + "\", \"labels\": {\"tier\": \"gold\"}, \"reseller\": \"" + reseller + "\"}"));
        owner = user(reseller);
    }

    private UserId user(CustomerId of) {
        return users.create(OPERATOR, "k-" + UUID.randomUUID(), "long enough for all", new Membership.Of(of))
                .id();
    }

    private Caller as(UserId user) {
        return users.inSession(user).orElseThrow();
    }

    private MvcTestResult create(Caller caller, String body) {
        return api.call(caller, HttpMethod.POST, "/api/v1/customers", body);
    }

    private MvcTestResult create(Caller caller, CustomerId of, String more) {
        return create(caller, "{\"name\": \"Shop\", \"reseller\": \"" + of + "\"" + more + "}");
    }

    private MvcTestResult patch(Caller caller, CustomerId customer, String body) {
        return api.call(caller, HttpMethod.PATCH, "/api/v1/customers/" + customer, body);
    }

    private CustomerId created(MvcTestResult answer) {
        assertThat(answer).hasStatus(201);
        return CustomerId.parse(api.json(answer).get("id").asString());
    }

    @Test
    void anOwnerCreatesACustomerBelowTheReseller() {
        Caller before = as(owner);

        CustomerId shop = created(create(
                before,
                reseller,
                ", \"contact\": \"shop@example.org\", \"quota\": {\"jails\": 5, \"cpuMillis\": 100}"));

        assertThat(as(owner).access().version())
                .as("what ends open streams, which do not show the customer")
                .isGreaterThan(before.access().version());
        var seen = api.json(api.get(as(owner), "/api/v1/customers/" + shop));
        assertThat(seen.get("reseller").asString()).isEqualTo(reseller.toString());
        assertThat(seen.at("/quota/jails").asInt()).isEqualTo(5);
        assertThat(api.json(api.get(as(owner), "/api/v1/customers?reseller=" + reseller))
                        .get("items"))
                .extracting(customer -> customer.get("id").asString())
                .containsExactlyInAnyOrder(first.toString(), shop.toString());
        assertThat(api.call(
                        as(owner),
                        HttpMethod.POST,
                        "/api/v1/customers/" + shop + "/invitations",
                        "{\"login\": \"invited\", \"role\": \"owner\"}"))
                .hasStatus(201);
    }

    @Test
    void saysNothingThatIsForStaff() {
        for (String more : List.of(
                ", \"externalId\": \"E-1\"",
                ", \"labels\": {\"tier\": \"gold\"}",
                ", \"quota\": {\"jails\": 6}",
                ", \"quota\": {\"memory\": \"9GiB\"}")) {
            assertThat(create(as(owner), reseller, more)).as(more).hasStatus(422);
        }
        assertThat(create(as(owner), reseller, ", \"quota\": {\"memory\": \"9GiB\"}"))
                .bodyText()
                .contains("/quota/memory", "at most 8GiB of memory");
        var seen = api.json(api.get(as(owner), "/api/v1/customers/" + first));
        assertThat(seen.path("externalId").isMissingNode()).isTrue();
        assertThat(seen.get("labels").isEmpty()).isTrue();
        assertThat(api.get(OPERATOR, "/api/v1/customers/" + first)).bodyText().contains("gold");
        assertThat(api.get(as(owner), "/api/v1/customers?reseller=" + reseller))
                .bodyText()
                .contains(first.toString())
                .doesNotContain("gold");
    }

    @Test
    void nobodyElseCreatesCustomers() {
        UserId child = user(first);
        CustomerId plain = fixtures.customer();
        UserId colleague = user(reseller);
        members.put(OPERATOR, reseller, colleague, new MemberChange(MemberRole.COLLEAGUE, List.of()));

        assertThat(create(as(child), first, ""))
                .as("below a customer of a reseller")
                .hasStatus(422);
        assertThat(create(as(child), reseller, "")).as("as its customer").hasStatus(403);
        assertThat(create(as(user(plain)), plain, "")).as("who is no reseller").hasStatus(403);
        assertThat(create(as(colleague), reseller, "")).as("a colleague").hasStatus(403);
        assertThat(create(as(owner), plain, "")).as("below another").hasStatus(403);
        assertThat(create(as(owner), CustomerId.fresh(), "")).as("below nobody").hasStatus(403);
        assertThat(create(as(owner), "{\"name\": \"Shop\"}")).as("below none").hasStatus(403);
        EnumSet<Scope> others = EnumSet.copyOf(as(owner).scopes());
        others.remove(Scope.CUSTOMERS_WRITE);
        assertThat(create(as(owner).with(others), reseller, ""))
                .as("without the scope")
                .hasStatus(403);
        Caller former = as(owner);
        var _ = user(reseller);
        members.put(OPERATOR, reseller, owner, new MemberChange(MemberRole.COLLEAGUE, List.of()));
        assertThat(create(former, reseller, ""))
                .as("a request that began before")
                .hasStatus(403);
        assertThat(stored()).isOne();
    }

    private long stored() {
        return jdbc.sql("SELECT count(*) FROM customer WHERE reseller_id = ?")
                .param(reseller.value())
                .query(Long.class)
                .single();
    }

    @Test
    void aSuspendedResellerCreatesNone() {
        api.call(OPERATOR, HttpMethod.POST, "/api/v1/customers/" + reseller + "/suspend", "{\"reason\": \"unpaid\"}");

        assertThat(create(as(owner), reseller, "")).hasStatus(409);
        CustomerId later = created(create(OPERATOR, reseller, ""));
        assertThat(api.json(api.get(OPERATOR, "/api/v1/customers/" + later))
                        .get("resellerSuspended")
                        .asBoolean())
                .isTrue();
    }

    @Test
    void createsAtMostAsManyAsTheBoundSays() {
        jdbc.sql("INSERT INTO customer (id, name, created_at, reseller_id) "
                        + "SELECT gen_random_uuid(), 'many', now(), ? FROM generate_series(2, ?)")
                .params(reseller.value(), Bound.CUSTOMERS_OF_A_RESELLER.value())
                .update();

        assertThat(create(as(owner), reseller, "")).hasStatus(409);
        assertThat(create(OPERATOR, reseller, "")).as("staff").hasStatus(201);
    }

    @Test
    void anOwnerSetsQuotasWithinThatOfTheReseller() {
        assertThat(patch(as(owner), first, "{\"quota\": {\"jails\": 2, \"memory\": \"1GiB\"}}"))
                .hasStatusOk();
        assertThat(patch(as(owner), first, "{\"quota\": {\"jails\": 6}}")).hasStatus(422);
        HostId host = fixtures.connectedHostWithPool();
        for (String name : List.of("one", "two")) {
            assertThat(api.call(
                            OPERATOR,
                            HttpMethod.POST,
                            "/api/v1/jails",
                            "{\"name\": \"" + name + "\", \"customer\": \"" + first + "\", \"host\": \"" + host
                                    + "\", \"limits\": {\"memory\": \"64MiB\"}}"))
                    .hasStatus(201);
        }
        assertThat(patch(as(owner), first, "{\"quota\": {\"jails\": 1}}")).hasStatus(409);
        assertThat(patch(as(owner), first, "{\"name\": \"Other\"}")).hasStatus(403);
        assertThat(patch(as(owner), reseller, "{\"quota\": null}"))
                .as("its own")
                .hasStatus(403);
        assertThat(patch(as(owner), fixtures.customer(), "{\"quota\": null}"))
                .as("foreign")
                .hasStatus(403);
        assertThat(patch(as(user(first)), first, "{\"quota\": null}"))
                .as("by the customer")
                .hasStatus(403);
        Caller former = as(owner);
        var _ = user(reseller);
        members.put(OPERATOR, reseller, owner, new MemberChange(MemberRole.COLLEAGUE, List.of()));
        assertThat(patch(former, first, "{\"quota\": null}"))
                .as("a request that began before")
                .hasStatus(403);
        assertThat(api.json(api.get(OPERATOR, "/api/v1/customers/" + first))
                        .at("/quota/jails")
                        .asInt())
                .isEqualTo(2);
    }

    @Test
    void thePeopleOfACustomerSeeTheNameOfItsResellerOnly() {
        Caller child = as(user(first));
        assertThat(api.get(child, "/api/v1/customers/" + first + "/usage"))
                .bodyText()
                .contains("\"reseller\":\"Agency\"")
                .doesNotContain(reseller.toString());
        assertThat(api.get(child, "/api/v1/customers/" + reseller)).hasStatus(403);
        assertThat(api.get(child, "/api/v1/customers/" + reseller + "/usage")).hasStatus(404);
        assertThat(api.get(child, "/api/v1/customers?reseller=" + reseller)).hasStatus(403);
    }

    @Test
    void theResellersUsageCountsItsCustomers() {
        HostId host = fixtures.connectedHostWithPool();
        assertThat(patch(OPERATOR, reseller, "{\"quota\": {\"memory\": null}}")).hasStatusOk();
        jails.define(OPERATOR, new NewJail(first, Optional.of(host), Optional.empty(), Fleet.named("shop")));

        var usage = api.json(api.get(as(owner), "/api/v1/customers/" + reseller + "/usage"));

        assertThat(usage.at("/used/jails").asInt()).isOne();
        assertThat(usage.at("/quota/jails").asInt()).isEqualTo(5);
        assertThat(api.json(api.get(as(owner), "/api/v1/customers/" + first + "/usage"))
                        .at("/used/jails")
                        .asInt())
                .isOne();
    }
}
