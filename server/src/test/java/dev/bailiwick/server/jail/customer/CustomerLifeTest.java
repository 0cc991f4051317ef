package dev.bailiwick.server.jail.customer;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static dev.bailiwick.server.Fleet.named;
import static dev.bailiwick.server.Fleet.report;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.desired.DesiredJail.FilesFate;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.server.ApiClient;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.jail.JailActions;
import dev.bailiwick.server.jail.JailReports;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.placement.NewJail;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpMethod;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import tools.jackson.databind.JsonNode;

/** The fields of a customer, its retirement, and the undoing of it. */
@ServerTest
class CustomerLifeTest {

    private static final Caller BILLING = Caller.staff(new UserId(UUID.randomUUID()), "bill", Role.BILLING);

    @Autowired
    private ApiClient api;

    @Autowired
    private Jails jails;

    @Autowired
    private JailActions actions;

    @Autowired
    private JailReports reports;

    @Autowired
    private Fleet.Fixtures fixtures;

    private String number = "";
    private String customer = "";

    @BeforeEach
    void aCustomer() {
        number = "C-" + UUID.randomUUID();
        MvcTestResult created = api.call(
                OPERATOR,
                HttpMethod.POST,
                "/api/v1/customers",
                "{\"name\": \"Example Ltd\", \"externalId\": \"" + number
                        + "\", \"contact\": \"ops@example.org\", \"labels\": {\"tier\": \"gold\", \"region\": \"eu\"}}");
        assertThat(created).hasStatus(201);
        customer = "/api/v1/customers/" + api.json(created).get("id").asString();
    }

    private MvcTestResult patch(String body) {
        return api.call(OPERATOR, HttpMethod.PATCH, customer, body);
    }

    private JsonNode read() {
        return api.json(api.get(OPERATOR, customer));
    }

    @Test
    void changesWhatAPatchNames() {
        assertThat(read().toString()).contains(number, "ops@example.org", "\"tier\":\"gold\"");

        assertThat(patch("{\"name\": \"Example AG\", \"labels\": {\"region\": null, \"vip\": \"yes\"}}"))
                .hasStatus(200);
        JsonNode changed = read();
        assertThat(changed.get("name").asString()).isEqualTo("Example AG");
        assertThat(changed.get("contact").asString()).isEqualTo("ops@example.org");
        assertThat(changed.get("labels").toString()).isEqualTo("{\"tier\":\"gold\",\"vip\":\"yes\"}");

        assertThat(patch("{\"externalId\": null, \"contact\": null, \"labels\": null}"))
                .hasStatus(200);
        assertThat(read().toString()).doesNotContain(number, "ops@example.org", "gold");
        assertThat(patch("{}")).hasStatus(200);
    }

    @Test
    void refusesWhatIsInvalid() {
        String other = "O-" + UUID.randomUUID();
        api.call(
                OPERATOR,
                HttpMethod.POST,
                "/api/v1/customers",
                "{\"name\": \"Other\", \"externalId\": \"" + other + "\"}");

        assertThat(patch("{\"externalId\": \"" + other + "\"}")).hasStatus(409);
        assertThat(patch("{\"name\": null, \"contact\": \"\"}"))
                .hasStatus(422)
                .bodyText()
                .contains("/name", "/contact");
        for (String wrong : List.of(
                "{\"name\": 3}",
                "{\"labels\": []}",
                "{\"labels\": {\"tier\": 1}}",
                "{\"labels\": {\"-\": \"x\"}}",
                "{\"suspendedAt\": null}",
                "{\"id\": \"x\"}")) {
            assertThat(patch(wrong)).as(wrong).hasStatus(422);
        }
        assertThat(api.call(BILLING, HttpMethod.PATCH, customer, "{\"name\": \"x\"}"))
                .hasStatus(403);
        assertThat(read().get("name").asString()).isEqualTo("Example Ltd");
    }

    @Test
    void retiresUntilItIsUndone() {
        MvcTestResult retired = api.call(OPERATOR, HttpMethod.DELETE, customer + "?grace=1d", "");
        assertThat(retired).hasStatus(200);
        Instant at = Instant.parse(api.json(retired).get("retiredAt").asString());
        assertThat(Instant.parse(api.json(retired).get("retirementFinalAt").asString()))
                .isEqualTo(at.plusSeconds(86_400));
        assertThat(define("new")).hasStatus(422);

        assertThat(api.call(OPERATOR, HttpMethod.POST, customer + "/restore", ""))
                .hasStatus(200);
        assertThat(read().path("retiredAt").isNull() || read().path("retiredAt").isMissingNode())
                .isTrue();
        assertThat(define("new")).hasStatus(201);
    }

    @Test
    void isFinalAfterTheGrace() {
        assertThat(api.call(OPERATOR, HttpMethod.DELETE, customer + "?grace=0s", ""))
                .hasStatus(200);
        assertThat(api.call(OPERATOR, HttpMethod.POST, customer + "/restore", ""))
                .hasStatus(409);
        for (String grace : List.of("-1d", "366d", "soon")) {
            assertThat(api.call(OPERATOR, HttpMethod.DELETE, customer + "?grace=" + grace, ""))
                    .hasStatus(422);
        }
        assertThat(api.call(BILLING, HttpMethod.DELETE, customer, "")).hasStatus(403);
    }

    @Test
    void keepsACustomerWithJailsOrFiles() {
        HostId host = fixtures.connectedHostWithPool();
        CustomerId id = CustomerId.parse(customer.substring(customer.lastIndexOf('/') + 1));
        JailId jail = jails.define(OPERATOR, new NewJail(id, Optional.of(host), Optional.empty(), named("web")))
                .id();
        refuses("has 1 jail, and the kept files of 0 removed jails");

        actions.retire(OPERATOR, jail, FilesFate.KEPT);
        refuses("has 1 jail, and");
        reports.apply(host, List.of(report(jail, 2, Phase.REMOVED, Instant.now())));
        refuses("has 0 jails, and the kept files of 1 removed jail");
    }

    private void refuses(String why) {
        MvcTestResult refused = api.call(OPERATOR, HttpMethod.DELETE, customer, "");
        assertThat(refused).hasStatus(409).bodyText().contains("customer-in-use", why);
    }

    private MvcTestResult define(String name) {
        HostId host = fixtures.connectedHostWithPool();
        String id = customer.substring(customer.lastIndexOf('/') + 1);
        return api.call(
                OPERATOR,
                HttpMethod.POST,
                "/api/v1/jails",
                "{\"name\": \"" + name + "\", \"customer\": \"" + id + "\", \"host\": \"" + host + "\"}");
    }
}
