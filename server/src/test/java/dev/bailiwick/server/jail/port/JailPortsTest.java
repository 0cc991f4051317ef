package dev.bailiwick.server.jail.port;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static dev.bailiwick.server.Fleet.at;
import static dev.bailiwick.server.Fleet.named;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.PublishedPort;
import dev.bailiwick.jail.PublishedPort.Protocol;
import dev.bailiwick.server.ApiClient;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.placement.NewJail;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.network.Pools;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpMethod;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import tools.jackson.databind.JsonNode;

/** Ports of hosts that lead to jails: who has which, what a host offers, and what the host receives. */
@ServerTest
class JailPortsTest {

    private static final String OFFER =
            "{\"ranges\": [{\"address\": \"192.0.2.2\", \"firstPort\": 20000, \"lastPort\": 20999}, {\"address\": \"2001:db8::2\", \"firstPort\": 80, \"lastPort\": 80}]}";

    @Autowired
    private ApiClient api;

    @Autowired
    private Jails jails;

    @Autowired
    private Pools pools;

    @Autowired
    private Fleet.Fixtures fixtures;

    @Autowired
    private JdbcClient jdbc;

    private HostId host = new HostId(UUID.randomUUID());
    private CustomerId customer = new CustomerId(UUID.randomUUID());
    private String start = "";
    private String jail = "";
    private String other = "";

    @BeforeEach
    void makeJails() {
        host = fixtures.connectedHost();
        start = fixtures.pool(host);
        customer = fixtures.customer();
        jail = define("web", start + "7");
        other = define("mail", start + "8");
        assertThat(put(OFFER)).hasStatus(200);
    }

    private String define(String name, String address) {
        JailView made = jails.define(
                OPERATOR, new NewJail(customer, Optional.of(host), Optional.empty(), at(named(name), null, address)));
        return made.id().toString();
    }

    @Test
    void leadToTheAddressOfTheJailUntilTheyAreWithdrawn() {
        MvcTestResult made = publish(jail, port(20080, ", \"target\": 80"));
        assertThat(made).hasStatus(201);
        assertThat(api.json(made).get("items").toString())
                .isEqualTo("[{\"protocol\":\"tcp\",\"address\":\"192.0.2.2\",\"port\":20080,\"target\":80}]");
        assertThat(api.json(made).get("offered").size()).isEqualTo(2);
        assertThat(ofHost()).containsExactly(leading(20080, start + "7", 80));

        assertThat(publish(other, port(20100, ", \"count\": 3"))).hasStatus(201);
        assertThat(ofHost())
                .contains(leading(20100, start + "8", 20100), leading(20102, start + "8", 20102))
                .hasSize(4);

        assertThat(withdraw(other, 20101)).hasStatus(204);
        assertThat(withdraw(other, 20080))
                .as("that of another jail is passed over")
                .hasStatus(204);
        assertThat(ofHost()).hasSize(3).contains(leading(20080, start + "7", 80));
        jdbc.sql("DELETE FROM jail WHERE id = ?::uuid").param(other).update();
        assertThat(ofHost()).containsExactly(leading(20080, start + "7", 80));
    }

    @Test
    void leadToThePrimaryAddressOfSeveral() {
        assertThat(publish(jail, port(20080, ""))).hasStatus(201);
        String several = "{\"ip\": [\"%s\"], \"additionalAddresses\": [\"%s\", \"%s\"]}";
        assertThat(api.call(
                        OPERATOR,
                        HttpMethod.PATCH,
                        "/api/v1/jails/" + jail,
                        several.formatted(start + "7", start + "5", start + "6")))
                .hasStatus(202);
        assertThat(ofHost()).containsExactly(leading(20080, start + "7", 20080));
        assertThat(api.call(
                        OPERATOR,
                        HttpMethod.PATCH,
                        "/api/v1/jails/" + jail,
                        several.formatted(start + "6", start + "5", start + "7")))
                .hasStatus(202);
        assertThat(ofHost()).containsExactly(leading(20080, start + "6", 20080));
    }

    @Test
    void belongToOneJailAlone() {
        assertThat(publish(jail, port(20080, ""))).hasStatus(201);
        MvcTestResult taken = publish(other, port(20079, ", \"count\": 2"));
        assertThat(taken).hasStatus(409);
        assertThat(api.json(taken).get("type").asString()).endsWith("port-taken");
        assertThat(api.json(taken).at("/errors/0/pointer").asString()).isEqualTo("/port");
        assertThat(ofHost()).as("neither of the two").hasSize(1);
        assertThat(publish(other, "{\"protocol\": \"udp\", \"address\": \"192.0.2.2\", \"port\": 20080}"))
                .hasStatus(201);
        assertThat(pools.of(fixtures.connectedHost()).ports()).isEmpty();
    }

    @Test
    void nameTheFieldThatIsWrong() {
        refuses("/port", port(19999, ""));
        refuses("/port", port(20999, ", \"count\": 2"));
        refuses("/port", port(0, ""));
        refuses("/count", port(20000, ", \"count\": 101"));
        refuses("/count", port(20000, ", \"count\": 0"));
        refuses("/count", port(20000, ", \"count\": 2, \"target\": 65535"));
        refuses("/target", port(20000, ", \"target\": 65536"));
        refuses("/protocol", "{\"protocol\": \"sctp\", \"address\": \"192.0.2.2\", \"port\": 20080}");
        refuses("/address", "{\"protocol\": \"tcp\", \"address\": \"192.0.2.3\", \"port\": 20080}");
        refuses("/address", "{\"protocol\": \"tcp\", \"address\": \"2001:db8::2\", \"port\": 80}");
        refuses("/address", "{\"protocol\": \"tcp\", \"address\": \"host\", \"port\": 80}");
        refuses("/port", "{\"protocol\": \"tcp\", \"address\": \"192.0.2.2\"}");
        refuses("/more", port(20000, ", \"more\": 1"));
        assertThat(ofHost()).isEmpty();
        refusesOffer("/ranges/0/address", "{\"ranges\": [{\"address\": \"x\", \"firstPort\": 1, \"lastPort\": 1}]}");
        refusesOffer("/ranges/0/lastPort", "{\"ranges\": [{\"address\": \"192.0.2.2\", \"firstPort\": 1}]}");
        refusesOffer("/ranges/0", "{\"ranges\": [{\"address\": \"192.0.2.2\", \"firstPort\": 2, \"lastPort\": 1}]}");
        refusesOffer(
                "/ranges/1",
                "{\"ranges\": [{\"address\": \"192.0.2.2\", \"firstPort\": 2, \"lastPort\": 9}, {\"address\": \"192.0.2.2\", \"firstPort\": 9, \"lastPort\": 9}]}");
        refusesOffer("/ranges", "{}");
    }

    @Test
    void nameAllFieldsThatAreWrong() {
        MvcTestResult refused =
                publish(jail, "{\"protocol\": \"x\", \"address\": \"y\", \"port\": 0, \"target\": 0, \"count\": 0}");
        assertThat(pointers(refused)).containsExactly("/protocol", "/address", "/port", "/target", "/count");
        MvcTestResult offer = put(
                "{\"ranges\": [{\"address\": \"x\", \"firstPort\": 0}, null, {\"address\": \"192.0.2.2\", \"firstPort\": 2, \"lastPort\": 1}]}");
        assertThat(pointers(offer))
                .containsExactly(
                        "/ranges/0/address", "/ranges/0/firstPort", "/ranges/0/lastPort", "/ranges/1", "/ranges/2");
        MvcTestResult form = post("/jails/" + jail + "/ports?protocol=tcp&address=here&port=0&count=many");
        assertThat(text(form)).contains("id=\"address-error\"", "id=\"port-error\"", "id=\"count-error\"");
    }

    private List<String> pointers(MvcTestResult refused) {
        assertThat(refused).hasStatus(422);
        return api.json(refused)
                .get("errors")
                .valueStream()
                .map(error -> error.get("pointer").asString())
                .toList();
    }

    @Test
    void areAtMostSoManyAsThePlanOfTheJailSays() {
        String plan = api.json(api.call(
                        OPERATOR,
                        HttpMethod.POST,
                        "/api/v1/plans",
                        "{\"name\": \"P" + UUID.randomUUID() + "\", \"ports\": 2}"))
                .get("id")
                .asString();
        assertThat(publish(other, port(20200, ", \"count\": 3"))).hasStatus(201);
        String onPlan = "{\"plan\": \"" + plan + "\"}";
        assertThat(api.call(OPERATOR, HttpMethod.POST, "/api/v1/jails/" + jail + "/plan", onPlan))
                .hasStatus(202);
        MvcTestResult beyond = publish(jail, port(20080, ", \"count\": 3"));
        assertThat(beyond).hasStatus(409);
        assertThat(api.json(beyond).get("type").asString()).endsWith("plan-does-not-fit");
        assertThat(publish(jail, port(20080, ", \"count\": 2"))).hasStatus(201);
        assertThat(publish(jail, port(20090, ""))).hasStatus(409);

        MvcTestResult refused = api.call(OPERATOR, HttpMethod.POST, "/api/v1/jails/" + other + "/plan", onPlan);
        assertThat(refused).hasStatus(409);
        assertThat(api.json(refused).at("/errors/0/pointer").asString()).isEqualTo("/ports");
        assertThat(text(post("/jails/" + other + "/plan?plan=" + plan)))
                .contains("Published ports: has 3 published ports")
                .doesNotContain("/ports: ");
    }

    @Test
    void arePublishedAndWithdrawnOnAPage() {
        String page = "/jails/" + jail + "/ports";
        assertThat(text(api.get(OPERATOR, page))).contains("192.0.2.2 20000–20999", "No port of the host leads");
        assertThat(text(api.get(OPERATOR, "/jails/" + jail + "/network"))).contains(page);
        assertThat(post(page + "?protocol=tcp&address=192.0.2.2&port=20080&target=80"))
                .hasStatus(302);
        assertThat(text(api.get(OPERATOR, page))).contains("20080", "Withdraw");
        MvcTestResult wrong = post(page + "?protocol=udp&address=192.0.2.2&port=high&count=1");
        assertThat(wrong).hasStatus(422);
        assertThat(text(wrong)).contains("id=\"port-error\"", "value=\"high\"", "must be 1 to 65535");
        MvcTestResult taken = post(page + "?protocol=tcp&address=192.0.2.2&port=20080");
        assertThat(taken).hasStatus(409);
        assertThat(text(taken)).contains("id=\"port-error\"", "is taken");
        assertThat(post(page + "/withdraw?protocol=tcp&address=192.0.2.2&port=20080"))
                .hasStatus(302);
        assertThat(ofHost()).isEmpty();
        assertThat(text(api.get(Fleet.somebodyOf(customer), page)))
                .contains("No port of the host leads")
                .doesNotContain("do-publish");
    }

    private PublishedPort leading(int number, String address, int target) {
        return new PublishedPort(Protocol.TCP, IpAddress.parse("192.0.2.2"), number, IpAddress.parse(address), target);
    }

    private List<PublishedPort> ofHost() {
        return pools.of(host).ports();
    }

    private static String port(int number, String more) {
        return "{\"protocol\": \"tcp\", \"address\": \"192.0.2.2\", \"port\": " + number + more + "}";
    }

    private MvcTestResult publish(String of, String body) {
        return api.call(OPERATOR, HttpMethod.POST, "/api/v1/jails/" + of + "/ports", body);
    }

    private MvcTestResult withdraw(String of, int number) {
        return api.call(
                OPERATOR,
                HttpMethod.DELETE,
                "/api/v1/jails/" + of + "/ports?protocol=tcp&address=192.0.2.2&port=" + number,
                "");
    }

    private MvcTestResult put(String body) {
        return api.call(OPERATOR, HttpMethod.PUT, "/api/v1/hosts/" + host + "/ports", body);
    }

    private MvcTestResult post(String address) {
        return api.call(OPERATOR, HttpMethod.POST, address, "");
    }

    private void refuses(String pointer, String body) {
        refuses(pointer, body, publish(jail, body));
    }

    private void refusesOffer(String pointer, String body) {
        refuses(pointer, body, put(body));
    }

    private void refuses(String pointer, String body, MvcTestResult refused) {
        assertThat(refused).as(body).hasStatus(422);
        JsonNode first = api.json(refused).at("/errors/0/pointer");
        assertThat(first.asString()).as(body).isEqualTo(pointer);
    }

    private static String text(MvcTestResult page) {
        return new String(page.getResponse().getContentAsByteArray(), StandardCharsets.UTF_8);
    }
}
