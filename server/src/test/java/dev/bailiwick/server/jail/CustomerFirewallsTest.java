package dev.bailiwick.server.jail;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.desired.DesiredJail;
import dev.bailiwick.jail.desired.JailNetwork;
import dev.bailiwick.server.ApiClient;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.network.member.NetworkMembers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpMethod;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import tools.jackson.databind.JsonNode;

/** The firewalls of customers, which apply to all their jails. */
@ServerTest
class CustomerFirewallsTest {

    private static final String NO_MAIL =
            "{\"rules\": [{\"direction\": \"out\", \"action\": \"reject\", \"protocol\": \"tcp\", \"ports\": \"25\"}]}";
    private static final String MAIL =
            "{\"rules\": [{\"direction\": \"in\", \"action\": \"drop\"}, {\"direction\": \"out\", \"action\": \"allow\"}]}";

    @Autowired
    private ApiClient api;

    @Autowired
    private DesiredStates desired;

    @Autowired
    private NetworkMembers networks;

    @Autowired
    private Fleet.Fixtures fixtures;

    private HostId host = new HostId(UUID.randomUUID());
    private CustomerId customer = new CustomerId(UUID.randomUUID());
    private Caller owner = OPERATOR;
    private String web = "";
    private String data = "";
    private String path = "";

    @BeforeEach
    void twoJails() {
        host = fixtures.connectedHostWithPool();
        customer = fixtures.customer();
        owner = Fleet.somebodyOf(customer);
        web = jail("web", customer);
        data = jail("data", customer);
        path = "/api/v1/customers/" + customer + "/firewall";
    }

    private MvcTestResult create(String name, CustomerId of) {
        return create(name, of, host);
    }

    private MvcTestResult create(String name, CustomerId of, HostId on) {
        return api.call(
                OPERATOR,
                HttpMethod.POST,
                "/api/v1/jails",
                "{\"name\": \"%s\", \"customer\": \"%s\", \"host\": \"%s\"}".formatted(name, of, on));
    }

    private String jail(String name, CustomerId of) {
        MvcTestResult made = create(name, of);
        assertThat(made).hasStatus(201);
        return api.json(made).get("id").asString();
    }

    private MvcTestResult put(String body) {
        return api.call(owner, HttpMethod.PUT, path, body);
    }

    private JailNetwork sent(String jail) {
        return desired.since(host, 0).jails().stream()
                .filter(one -> one.id().equals(JailId.parse(jail)))
                .map(one -> ((DesiredJail.Present) one).network())
                .findFirst()
                .orElseThrow();
    }

    private JsonNode ofJail(String jail, String what) {
        return api.json(api.get(owner, "/api/v1/jails/" + jail + "/firewall" + what));
    }

    @Test
    void applyToAllJailsBeforeTheirOwnRules() {
        assertThat(api.get(owner, path)).hasStatusOk().hasHeader("ETag", "\"0\"");
        assertThat(api.call(owner, HttpMethod.PUT, "/api/v1/jails/" + web + "/firewall", MAIL))
                .hasStatusOk();
        assertThat(put(NO_MAIL)).hasStatusOk().hasHeader("ETag", "\"1\"");

        assertThat(ofJail(web, "").get("generation").asInt()).isEqualTo(3);
        assertThat(ofJail(data, "").get("generation").asInt()).isEqualTo(2);
        assertThat(sent(web).ofCustomer().rules()).hasSize(1);
        assertThat(sent(web).firewall().rules()).hasSize(2);
        assertThat(sent(web).rules().rules().getFirst().toString()).contains("action=reject");
        assertThat(sent(data).rules().rules()).hasSize(1);
        assertThat(sent(data).ofCustomer())
                .as("once in memory")
                .isSameAs(sent(web).ofCustomer());
        assertThat(sent(jail("later", customer)).rules().rules()).hasSize(1);
        assertThat(sent(jail("foreign", fixtures.customer())).rules().rules()).isEmpty();

        assertThat(put(NO_MAIL)).as("the same").hasStatusOk().hasHeader("ETag", "\"1\"");
        assertThat(ofJail(data, "").get("generation").asInt()).isEqualTo(2);
        assertThat(api.call(owner, HttpMethod.PUT, path, Map.of("If-Match", "\"0\""), MAIL))
                .hasStatus(412);
        assertThat(api.call(owner, HttpMethod.PUT, path, Map.of("If-Match", "\"1\""), "{\"rules\": []}"))
                .hasStatusOk()
                .hasHeader("ETag", "\"2\"");
        assertThat(sent(data).rules().rules()).isEmpty();
        assertThat(sent(web).rules().rules()).hasSize(2);
    }

    @Test
    void areShownExplainedAndCountedWithTheirOrigin() {
        assertThat(api.call(owner, HttpMethod.PUT, "/api/v1/jails/" + web + "/firewall", MAIL))
                .hasStatusOk();
        assertThat(api.call(owner, HttpMethod.PUT, path + "?dryRun=true", NO_MAIL))
                .hasStatusOk();
        assertThat(ofJail(web, "").get("effective")).hasSize(5);
        assertThat(put(NO_MAIL)).hasStatusOk();

        JsonNode shown = ofJail(web, "");
        assertThat(shown.get("rules")).hasSize(2);
        assertThat(shown.get("effective")
                        .valueStream()
                        .map(line -> line.get("origin").asString()))
                .containsExactly("host", "host", "customer", "jail", "jail", "host");
        assertThat(shown.at("/effective/2/text").asString()).isEqualTo("out reject tcp 25 any");
        assertThat(explain(25).get("origin").asString()).isEqualTo("customer");
        assertThat(explain(25).get("rule").asInt()).isZero();
        assertThat(explain(25).get("action").asString()).isEqualTo("reject");
        assertThat(explain(80).get("origin").asString()).isEqualTo("jail");
        assertThat(explain(80).get("rule").asInt()).isEqualTo(1);
        assertThat(ofJail(web, "/counters")
                        .get("counters")
                        .valueStream()
                        .map(count -> count.get("origin").asString()
                                + count.get("rule").asInt()))
                .containsExactly("customer0", "jail0", "jail1");
        JsonNode preview = api.json(
                api.call(owner, HttpMethod.PUT, "/api/v1/jails/" + data + "/firewall?dryRun=true", "{\"rules\": []}"));
        assertThat(preview.get("effective")).hasSize(4);
        String page =
                text(api.get(owner, "/jails/" + web + "/firewall?direction=out&protocol=tcp&peer=203.0.113.7&port=25"));
        assertThat(page)
                .contains("Rule 1 of the customer rejects it", "of the customer</span>", "/firewall/" + customer);
    }

    private JsonNode explain(int port) {
        return api.json(api.call(
                owner,
                HttpMethod.POST,
                "/api/v1/jails/" + web + "/firewall:explain",
                "{\"direction\": \"out\", \"protocol\": \"tcp\", \"peer\": \"203.0.113.7\", \"port\": %d}"
                        .formatted(port)));
    }

    @Test
    void nameNetworksOfTheCustomerOnlyAndNoJails() {
        for (String wrong : List.of("jail:" + web, "jail:" + UUID.randomUUID(), "network:" + UUID.randomUUID())) {
            MvcTestResult refused = put(dropping(wrong));
            assertThat(refused).as(wrong).hasStatus(422);
            assertThat(api.json(refused).at("/errors/0/pointer").asString()).isEqualTo("/rules/0/peer");
        }
        String network = api.json(api.call(
                        owner, HttpMethod.POST, "/api/v1/customers/" + customer + "/networks", "{\"name\": \"inner\"}"))
                .get("id")
                .asString();
        HostId elsewhere = fixtures.connectedHostWithPool();
        String far = api.json(create("far", customer, elsewhere)).get("id").asString();
        assertThat(api.call(
                        owner,
                        HttpMethod.POST,
                        "/api/v1/customers/" + customer + "/networks/" + network + "/jails",
                        "{\"jails\": [\"" + far + "\"]}"))
                .hasStatus2xxSuccessful();
        assertThat(networks.of(host)).isEmpty();
        assertThat(put(dropping("network:" + network))).hasStatusOk();
        assertThat(networks.of(host)).hasSize(1);
        HostId later = fixtures.connectedHostWithPool();
        assertThat(networks.of(later)).isEmpty();
        assertThat(create("later", customer, later)).hasStatus(201);
        assertThat(networks.of(later)).isEqualTo(networks.of(host));
        assertThat(text(api.get(owner, "/firewall/" + customer))).contains("network:" + network);
    }

    private static String dropping(String peer) {
        return "{\"rules\": [{\"direction\": \"in\", \"action\": \"drop\", \"peer\": \"" + peer + "\"}]}";
    }

    @Test
    void followAJailToItsNextCustomer() {
        CustomerId next = fixtures.customer();
        assertThat(put(NO_MAIL)).hasStatusOk();
        assertThat(api.call(OPERATOR, HttpMethod.PUT, "/api/v1/customers/" + next + "/firewall", MAIL))
                .hasStatusOk();
        assertThat(api.call(
                        OPERATOR,
                        HttpMethod.POST,
                        "/api/v1/jails/" + web + "/move",
                        "{\"customer\": \"" + next + "\"}"))
                .hasStatus2xxSuccessful();
        assertThat(sent(web).ofCustomer().rules()).hasSize(2);
    }

    @Test
    void needHostsThatEnforceThem() {
        fixtures.connectEarlierAgent(host);
        MvcTestResult refused = put(NO_MAIL);
        assertThat(refused).hasStatus(422);
        assertThat(api.json(refused).at("/errors/0/pointer").asString()).isEqualTo("/rules");

        CustomerId next = fixtures.customer();
        assertThat(create("first", next)).as("without rules").hasStatus(201);
        CustomerId withRules = fixtures.customer();
        assertThat(api.call(OPERATOR, HttpMethod.PUT, "/api/v1/customers/" + withRules + "/firewall", NO_MAIL))
                .hasStatusOk();
        MvcTestResult placed = create("second", withRules);
        assertThat(placed).hasStatus(422);
        assertThat(api.json(placed).at("/errors/0/pointer").asString()).isEqualTo("/host");
        MvcTestResult moved = api.call(
                OPERATOR, HttpMethod.POST, "/api/v1/jails/" + web + "/move", "{\"customer\": \"" + withRules + "\"}");
        assertThat(moved).hasStatus(422);
        assertThat(api.json(moved).at("/errors/0/pointer").asString()).isEqualTo("/customer");
        assertThat(ofJail(web, "").get("generation").asInt()).isEqualTo(1);
    }

    @Test
    void cannotBeChangedOnThePageWhileTheCustomerIsSuspended() {
        String page = "/firewall/" + customer;
        assertThat(text(api.get(OPERATOR, page))).contains("do-save-firewall");
        assertThat(api.call(
                        OPERATOR,
                        HttpMethod.POST,
                        "/api/v1/customers/" + customer + "/suspend",
                        "{\"reason\": \"unpaid\"}"))
                .hasStatus2xxSuccessful();
        assertThat(text(api.get(OPERATOR, page))).doesNotContain("do-save-firewall");
    }

    @Test
    void haveAPage() {
        String page = "/firewall/" + customer;
        assertThat(text(api.get(owner, page + "?template=nothing-in"))).contains("in drop any any # nobody begins");
        assertThat(form(page, "version=0&rules=out+reject+tcp+25+any")).hasStatus(302);
        assertThat(text(api.get(owner, page)))
                .contains("out reject tcp 25 any</textarea>", "name=\"version\" value=\"1\"");
        MvcTestResult refused = form(page, "version=1&rules=in+drop+tcp+80+nobody");
        assertThat(refused).hasStatus(422);
        assertThat(text(refused)).contains("Rule 1, peer: must be any, world");
        assertThat(form(page, "version=0&rules=")).hasStatus(412);
        assertThat(text(api.get(owner, "/networks/" + customer))).contains(page);
    }

    private MvcTestResult form(String address, String fields) {
        return api.call(owner, HttpMethod.POST, address + "?" + fields.replace("+", "%20"), "");
    }

    private static String text(MvcTestResult page) {
        return new String(page.getResponse().getContentAsByteArray(), StandardCharsets.UTF_8);
    }
}
