package dev.bailiwick.server.jail.customer;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static dev.bailiwick.server.Fleet.named;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.server.ApiClient;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.customer.CustomerFields;
import dev.bailiwick.server.account.customer.Customers;
import dev.bailiwick.server.account.quota.Quota;
import dev.bailiwick.server.account.user.Membership;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.intent.CustomerSuspensions;
import dev.bailiwick.server.jail.placement.NewJail;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpMethod;
import org.springframework.test.web.servlet.assertj.MvcTestResult;

/** The pages of customers, as the owners of their reseller and their own people see them. */
@ServerTest
class ResellerPagesTest {

    @Autowired
    private ApiClient api;

    @Autowired
    private Customers customers;

    @Autowired
    private CustomerSuspensions suspensions;

    @Autowired
    private Users users;

    @Autowired
    private Jails jails;

    @Autowired
    private Fleet.Fixtures fixtures;

    private String number = "";
    private CustomerId reseller = CustomerId.fresh();
    private CustomerId first = CustomerId.fresh();
    private String page = "";

    @BeforeEach
    void aResellerWithACustomer() {
        number = "N" + UUID.randomUUID();
        reseller = customers
                .create(
                        OPERATOR,
                        CustomerFields.of("Agency " + number, null, null, null, new Quota(3L, null, null, null, null)))
                .id();
        first = customers
                .create(
                        OPERATOR,
                        CustomerFields.of("First " + number, "E" + number, null, Map.of("tier", "gold"), Quota.NONE))
                .id();
        suspensions.giveReseller(OPERATOR, first, reseller);
        page = "/customers/" + first;
    }

    private Caller ownerOf(CustomerId customer) {
        return users.inSession(users.create(
                                OPERATOR, "p-" + UUID.randomUUID(), "long enough for all", new Membership.Of(customer))
                        .id())
                .orElseThrow();
    }

    private String text(Caller caller, String address) {
        MvcTestResult answer = api.get(caller, address);
        assertThat(answer).as(address).hasStatusOk();
        return new String(answer.getResponse().getContentAsByteArray(), StandardCharsets.UTF_8);
    }

    private MvcTestResult post(Caller caller, String address, String form) {
        return api.call(caller, HttpMethod.POST, form.isEmpty() ? address : address + "?" + form, "");
    }

    @Test
    void listTheCustomersOfTheResellerAlone() {
        fixtures.customer();
        Caller owner = ownerOf(reseller);

        assertThat(text(owner, "/customers"))
                .contains("First " + number, page, "/customers/new")
                .doesNotContain("Agency " + number, "Example Ltd", "E" + number, "href=\"/plans\"", "??");
        assertThat(text(owner, "/customers?q=E" + number))
                .as("how staff files them")
                .contains("Nothing matches");
        assertThat(text(owner, "/customers?from=" + first)).contains("First " + number);
        assertThat(text(owner, "/jails")).contains("href=\"/customers\"");
        assertThat(text(ownerOf(first), "/jails")).doesNotContain("href=\"/customers\"");
        assertThat(api.get(ownerOf(first), "/customers")).hasStatus(403);
    }

    @Test
    void showStaffTheCustomersOfAReseller() {
        assertThat(text(OPERATOR, "/customers/" + reseller))
                .contains("Its customers", page, "What its customers have counts, too.");
        assertThat(text(OPERATOR, page)).doesNotContain("Its customers", "What its customers have counts, too.");
    }

    @Test
    void showACustomerWithWhatItsResellerMayDo() {
        jails.define(
                OPERATOR,
                new NewJail(first, Optional.of(fixtures.connectedHostWithPool()), Optional.empty(), named("shop")));
        Caller owner = ownerOf(reseller);

        assertThat(text(owner, page))
                .contains("First " + number, "Agency " + number, "shop", "do-quota", "do-suspend", "people-title")
                .doesNotContain("gold", "E" + number, "do-change", "do-retire", "href=\"/customers/" + reseller, "??");
        assertThat(text(OPERATOR, page)).contains("gold", "href=\"/customers/" + reseller);
        for (CustomerId foreign : new CustomerId[] {reseller, fixtures.customer(), CustomerId.fresh()}) {
            assertThat(api.get(owner, "/customers/" + foreign)).hasStatus(403);
        }
        assertThat(post(owner, page + "/details", "name=x")).hasStatus(403);
        assertThat(post(owner, page + "/retire", "confirm=x")).hasStatus(403);
    }

    @Test
    void createACustomerAndSetItsQuota() {
        Caller owner = ownerOf(reseller);
        assertThat(text(owner, "/customers/new")).doesNotContain("externalId", "name=\"reseller\"", "labels", "??");

        MvcTestResult created = post(owner, "/customers", "name=Shop&contact=shop");
        assertThat(created).hasStatus(302);
        String shop = String.valueOf(created.getResponse().getHeader("Location"));
        Caller after = users.inSession(owner.user()).orElseThrow();
        assertThat(text(after, shop)).contains("Shop", "Agency " + number);
        assertThat(post(after, shop + "/quota", "jails=3")).hasStatus(302);
        assertThat(post(after, shop + "/quota", "jails=4"))
                .hasStatus(422)
                .bodyText()
                .contains("at most 3 jails");
        assertThat(post(after, "/customers", "name=")).hasStatus(422);
        assertThat(post(after, "/customers", "name=x&labels=a%3Db")).hasStatus(422);
        assertThat(post(after, "/carried/customers", "name=typed")).bodyText().contains("typed");
        assertThat(post(ownerOf(first), "/customers", "name=x")).hasStatus(403);
    }

    @Test
    void letStaffGiveAResellerAtCreation() {
        assertThat(text(OPERATOR, "/customers/new")).contains("name=\"reseller\"");
        MvcTestResult created = post(OPERATOR, "/customers", "name=Shop&reseller=" + reseller);
        assertThat(created).hasStatus(302);
        assertThat(text(OPERATOR, String.valueOf(created.getResponse().getHeader("Location"))))
                .contains("Agency " + number);
        for (String wrong :
                new String[] {"no", first.toString(), CustomerId.fresh().toString()}) {
            assertThat(post(OPERATOR, "/customers", "name=Shop&reseller=" + wrong))
                    .hasStatus(422)
                    .bodyText()
                    .contains("reseller-error");
        }
    }

    @Test
    void suspendAndLift() {
        Caller owner = ownerOf(reseller);
        assertThat(post(owner, page + "/suspend", "reason=unpaid")).hasStatus(302);
        assertThat(text(owner, page)).contains("unpaid", "do-unsuspend", "Suspended by its reseller");
        assertThat(post(owner, page + "/unsuspend", "")).hasStatus(302);
        assertThat(text(owner, page)).contains("do-suspend\"");

        suspensions.suspend(OPERATOR, first, "secret");
        assertThat(text(owner, page)).contains("Suspended").doesNotContain("secret", "do-unsuspend");
        assertThat(post(owner, page + "/unsuspend", "")).hasStatus(409);
        suspensions.lift(OPERATOR, first);
        suspensions.suspend(OPERATOR, reseller, "secret");
        assertThat(text(OPERATOR, page)).contains("Its reseller is suspended");
        assertThat(text(OPERATOR, "/customers?state=suspended&q=" + number))
                .contains("First " + number, "Agency " + number);
    }

    @Test
    void showThePeopleOfACustomerTheNameOfItsReseller() {
        String people = text(ownerOf(first), "/people");
        assertThat(people).contains("Reseller: Agency " + number).doesNotContain(reseller.toString());
        assertThat(text(ownerOf(reseller), "/people?customer=" + first))
                .contains("Agency " + number, "First " + number, ">Show<");
        assertThat(text(ownerOf(reseller), "/people?customer=" + reseller)).doesNotContain("Reseller:");
    }
}
