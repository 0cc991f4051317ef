package dev.bailiwick.server.jail.customer;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static dev.bailiwick.server.Fleet.named;
import static dev.bailiwick.server.Fleet.somebodyOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.ApiClient;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.account.customer.Customers;
import dev.bailiwick.server.account.user.Membership;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.placement.NewJail;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpMethod;
import org.springframework.test.web.servlet.assertj.MvcTestResult;

/** The pages of customers, as each role of staff sees them. */
@ServerTest
class CustomerPagesTest {

    private static final Caller BILLING = Caller.staff(new UserId(UUID.randomUUID()), "bill", Role.BILLING);
    private static final Caller SUPPORT = Caller.staff(new UserId(UUID.randomUUID()), "sam", Role.SUPPORT);

    @Autowired
    private ApiClient api;

    @Autowired
    private Customers customers;

    @Autowired
    private Users users;

    @Autowired
    private Jails jails;

    @Autowired
    private Fleet.Fixtures fixtures;

    private String number = "";
    private CustomerId customer = CustomerId.fresh();
    private String page = "";
    private JailId jail = new JailId(UUID.randomUUID());

    @BeforeEach
    void aCustomer() {
        number = "N" + UUID.randomUUID();
        customer = customers.create(OPERATOR, "<b>" + number, number).id();
        page = "/customers/" + customer;
    }

    private void haveAJail() {
        HostId host = fixtures.connectedHostWithPool();
        jail = jails.define(OPERATOR, new NewJail(customer, Optional.of(host), Optional.empty(), named("shop")))
                .id();
    }

    private String text(Caller caller, String address) {
        return text(api.get(caller, address));
    }

    private static String text(MvcTestResult answer) {
        return new String(answer.getResponse().getContentAsByteArray(), StandardCharsets.UTF_8);
    }

    private MvcTestResult post(Caller caller, String address, String form) {
        return api.call(caller, HttpMethod.POST, form.isEmpty() ? address : address + "?" + form, "");
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    @Test
    void listCustomersWithTheirStateAndJails() {
        haveAJail();
        String row = text(OPERATOR, "/customers?q=" + number.toUpperCase(Locale.ROOT));
        assertThat(row)
                .contains(page, "&lt;b&gt;" + number, ">1</td>", "Active")
                .doesNotContain("<b>");
        assertThat(text(OPERATOR, "/customers?state=suspended&q=" + number)).contains("Nothing matches");
        assertThat(text(OPERATOR, "/customers?from=" + customer)).contains(page, "First page");
        assertThat(text(OPERATOR, "/customers?state=no&from=no")).contains("<table");
        assertThat(text(SUPPORT, "/customers")).contains("href=\"/customers\"").doesNotContain("/customers/new");
    }

    @Test
    void areForStaffOnly() {
        Caller owner = somebodyOf(customer);
        for (String address : List.of("/customers", page, page + "/retire", "/customers/new")) {
            assertThat(api.get(owner, address)).hasStatus(403);
        }
        Map.of("suspend", "reason=x", "unsuspend", "", "details", "name=x", "retire", "confirm=x", "restore", "")
                .forEach((form, fields) -> {
                    assertThat(post(owner, page + "/" + form, fields)).hasStatus(403);
                    assertThat(post(SUPPORT, page + "/" + form, fields)).hasStatus(403);
                });
        assertThat(text(owner, "/jails")).doesNotContain("href=\"/customers\"");
        assertThat(customers.get(OPERATOR, customer).isActive()).isTrue();
    }

    @Test
    void offerWhatTheViewerMayDo() {
        assertThat(text(OPERATOR, page))
                .contains("do-change", "do-suspend", "do-retire", "people-title", "/people?customer=");
        assertThat(text(BILLING, page)).contains("do-suspend").doesNotContain("do-change", "do-retire", "people-title");
        assertThat(text(SUPPORT, page)).doesNotContain("do-change", "do-suspend", "do-retire", "people-title");
        assertThat(api.get(OPERATOR, "/customers/" + CustomerId.fresh())).hasStatus(404);
    }

    @Test
    void showJailsAndPeople() {
        haveAJail();
        String login = "p-" + UUID.randomUUID();
        users.create(OPERATOR, login, "long enough for all", new Membership.Of(customer));

        assertThat(text(OPERATOR, page)).contains("/jails/" + jail, login, "Owner", "1 jail");
    }

    @Test
    void suspendAndLift() {
        haveAJail();
        assertThat(post(BILLING, page + "/suspend", "reason=%20"))
                .hasStatus(422)
                .bodyText()
                .contains("reason-error");
        assertThat(post(BILLING, page + "/suspend", "reason=unpaid")).hasStatus(302);
        assertThat(text(BILLING, page)).contains("unpaid", "do-unsuspend").doesNotContain("do-suspend\"");
        String shown = text(somebodyOf(customer), "/jails/" + jail);
        assertThat(shown).contains("Customer is suspended").doesNotContain("unpaid");
        assertThat(shown).containsPattern("id=\"do-start\"[^>]*disabled");
        assertThat(post(OPERATOR, "/jails/" + jail + "/start", "")).hasStatus(302);
        assertThat(jails.find(OPERATOR, jail).generation()).isEqualTo(2);

        assertThat(post(BILLING, page + "/unsuspend", "")).hasStatus(302);
        assertThat(text(BILLING, page)).doesNotContain("unpaid");
        assertThat(post(OPERATOR, "/carried" + page + "/suspend", "reason=typed"))
                .hasStatus(200);
    }

    @Test
    void createAndChange() {
        String created = "C" + UUID.randomUUID();
        MvcTestResult answer = post(
                OPERATOR,
                "/customers",
                "name=" + created + "&externalId=&contact=" + encoded("a@example.org") + "&labels="
                        + encoded("tier=gold\r\n\r\nregion=eu"));
        assertThat(answer).hasStatus(302);
        String address = String.valueOf(answer.getResponse().getHeader("Location"));
        assertThat(text(OPERATOR, address)).contains(created, "a@example.org", "tier=gold");

        assertThat(post(OPERATOR, address + "/details", "name=&labels=nothing")).hasStatus(422);
        assertThat(post(OPERATOR, address + "/details", "name=&labels=" + encoded("-=x")))
                .hasStatus(422)
                .bodyText()
                .contains("name-error", "labels-error");
        assertThat(post(OPERATOR, address + "/details", "name=x&externalId=" + number))
                .hasStatus(422)
                .bodyText()
                .contains("is the external id of another customer");
        assertThat(post(OPERATOR, address + "/details", "name=Renamed&labels=")).hasStatus(302);
        assertThat(text(OPERATOR, address)).contains("Renamed").doesNotContain("a@example.org", "tier=gold");
        assertThat(post(OPERATOR, "/customers", "name=")).hasStatus(422);
        assertThat(post(OPERATOR, "/carried/customers", "name=typed"))
                .bodyText()
                .contains("typed");
    }

    @Test
    void retireAfterAConfirmation() {
        String name = encoded("<b>" + number);
        assertThat(text(OPERATOR, page + "/retire"))
                .contains("&lt;b&gt;" + number)
                .doesNotContain("<b>");
        assertThat(post(OPERATOR, page + "/retire", "confirm=other")).hasStatus(422);
        haveAJail();
        assertThat(post(OPERATOR, page + "/retire", "confirm=" + name))
                .hasStatus(409)
                .bodyText()
                .contains("1 jail");

        CustomerId empty = customers.create(OPERATOR, "Empty", null).id();
        assertThat(post(OPERATOR, "/customers/" + empty + "/retire", "confirm=Empty"))
                .hasStatus(302);
        assertThat(text(OPERATOR, "/customers/" + empty)).contains("do-restore");
        assertThat(post(OPERATOR, "/customers/" + empty + "/restore", "")).hasStatus(302);
        assertThat(customers.get(OPERATOR, empty).isActive()).isTrue();
    }
}
