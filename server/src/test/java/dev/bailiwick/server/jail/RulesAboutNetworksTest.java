package dev.bailiwick.server.jail;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static dev.bailiwick.server.Fleet.at;
import static dev.bailiwick.server.Fleet.named;
import static dev.bailiwick.server.Sealing.awaitNotified;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.desired.SharedNetwork;
import dev.bailiwick.server.ApiClient;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.jail.placement.NewJail;
import dev.bailiwick.server.network.member.NetworkMembers;
import dev.bailiwick.server.notification.Notification.HostChanged;
import dev.bailiwick.server.notification.Notifications;
import dev.bailiwick.server.notification.Notifications.Subscription;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpMethod;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import tools.jackson.databind.JsonNode;

/** Rules of jails about networks of their customers, whose members may be on other hosts only. */
@ServerTest
class RulesAboutNetworksTest {

    @Autowired
    private ApiClient api;

    @Autowired
    private Jails jails;

    @Autowired
    private NetworkMembers networks;

    @Autowired
    private Notifications notifications;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private Fleet.Fixtures fixtures;

    private HostId host = new HostId(UUID.randomUUID());
    private String pool = "";
    private String poolElsewhere = "";
    private CustomerId customer = new CustomerId(UUID.randomUUID());
    private Caller owner = OPERATOR;
    private JailId near = new JailId(UUID.randomUUID());
    private JailId far = new JailId(UUID.randomUUID());
    private String path = "";
    private String network = "";

    @BeforeEach
    void jailsOnTwoHosts() {
        host = fixtures.connectedHost();
        pool = fixtures.pool(host);
        HostId elsewhere = fixtures.connectedHost();
        poolElsewhere = fixtures.pool(elsewhere);
        customer = fixtures.customer();
        owner = Fleet.somebodyOf(customer);
        path = "/api/v1/jails/" + define("web", host, pool + "7") + "/firewall";
        near = define("near", host, pool + "8");
        far = define("far", elsewhere, poolElsewhere + "9");
        network = network(customer);
    }

    private JailId define(String name, HostId on, String address) {
        return jails.define(
                        OPERATOR,
                        new NewJail(customer, Optional.of(on), Optional.empty(), at(named(name), null, address)))
                .id();
    }

    private String network(CustomerId of) {
        return api.json(api.call(
                        OPERATOR,
                        HttpMethod.POST,
                        "/api/v1/customers/" + of + "/networks",
                        "{\"name\": \"n-" + UUID.randomUUID() + "\"}"))
                .get("id")
                .asString();
    }

    private MvcTestResult reject(String peer) {
        return api.call(
                owner,
                HttpMethod.PUT,
                path,
                "{\"rules\": [{\"direction\": \"in\", \"action\": \"reject\", \"peer\": \"" + peer + "\"}]}");
    }

    private void member(HttpMethod method, JailId jail) {
        String jails = "/api/v1/customers/" + customer + "/networks/" + network + "/jails";
        MvcTestResult done = method.equals(HttpMethod.POST)
                ? api.call(owner, method, jails, "{\"jails\": [\"" + jail + "\"]}")
                : api.call(owner, method, jails + "/" + jail, "");
        assertThat(done).hasStatus2xxSuccessful();
    }

    private JsonNode explain(String peer) {
        return api.json(api.call(
                owner,
                HttpMethod.POST,
                path + ":explain",
                "{\"direction\": \"in\", \"protocol\": \"icmp\", \"peer\": \"" + peer + "\"}"));
    }

    @Test
    void theHostReceivesTheMembersOnOtherHostsBeforeTheRule() {
        member(HttpMethod.POST, far);
        assertThat(networks.of(host)).isEmpty();
        awaitNotified(jdbc, notifications);
        List<Long> notified = new CopyOnWriteArrayList<>();
        try (Subscription _ = notifications.onHostChanged(host, notified::add, () -> {})) {
            assertThat(reject("network:" + network)).hasStatusOk();
        }
        assertThat(notified.getFirst()).isEqualTo(HostChanged.ANY);
        assertThat(networks.of(host)).singleElement().satisfies(sent -> {
            assertThat(sent.id()).isEqualTo(network);
            assertThat(sent.jails()).isEmpty();
            assertThat(sent.addresses()).containsExactly(IpAddress.parse(poolElsewhere + "9"));
        });
    }

    @Test
    void theHostIsNotifiedOfMembersOnOtherHosts() throws InterruptedException {
        assertThat(reject("network:" + network)).hasStatusOk();
        notified(() -> member(HttpMethod.POST, far));
        notified(() -> member(HttpMethod.DELETE, far));
    }

    /** Runs a change, and expects that the session of the host would send the networks because of it. */
    private void notified(Runnable change) throws InterruptedException {
        awaitNotified(jdbc, notifications);
        CountDownLatch wakes = new CountDownLatch(1);
        try (Subscription _ = notifications.onHostChanged(
                host,
                revision -> {
                    if (revision == HostChanged.ANY) {
                        wakes.countDown();
                    }
                },
                () -> {})) {
            change.run();
            assertThat(wakes.await(60, TimeUnit.SECONDS)).as("notified").isTrue();
        }
    }

    @Test
    void isExplainedByTheMembersOfNow() {
        assertThat(reject("network:" + network)).hasStatusOk();
        member(HttpMethod.POST, far);
        assertThat(explain(poolElsewhere + "9").get("rule").asInt()).isZero();
        assertThat(explain(pool + "8").has("rule")).isFalse();
        member(HttpMethod.POST, near);
        member(HttpMethod.DELETE, far);
        assertThat(explain(pool + "8").get("rule").asInt()).isZero();
        assertThat(explain(poolElsewhere + "9").has("rule")).isFalse();
        assertThat(api.json(api.get(owner, path)).at("/effective/2/text").asString())
                .isEqualTo("in reject any network:" + network);
    }

    @Test
    void onlyNetworksOfTheSameCustomerAreNamedAndNoneAfterAMove() {
        for (String wrong :
                List.of(network(fixtures.customer()), UUID.randomUUID().toString())) {
            MvcTestResult refused = reject("network:" + wrong);
            assertThat(refused).hasStatus(422);
            assertThat(api.json(refused).at("/errors/0/pointer").asString()).isEqualTo("/rules/0/peer");
        }
        assertThat(reject("network:" + network)).hasStatusOk();
        CustomerId next = fixtures.customer();
        assertThat(api.call(
                        OPERATOR,
                        HttpMethod.POST,
                        path.replace("/firewall", "/move"),
                        "{\"customer\": \"" + next + "\"}"))
                .hasStatus2xxSuccessful();
        assertThat(api.json(api.get(Fleet.somebodyOf(next), path)).get("rules")).isEmpty();
    }

    @Test
    void aNetworkThatIsGoneMatchesNobodyAndMayStayNamed() {
        member(HttpMethod.POST, far);
        assertThat(reject("network:" + network)).hasStatusOk();
        assertThat(api.call(owner, HttpMethod.DELETE, "/api/v1/customers/" + customer + "/networks/" + network, ""))
                .hasStatus2xxSuccessful();
        assertThat(networks.of(host))
                .as("else the host takes it for one of which nothing is said")
                .containsExactly(new SharedNetwork(network, customer.toString(), Set.of(), Set.of()));
        assertThat(explain(poolElsewhere + "9").has("rule")).isFalse();
        assertThat(reject("network:" + network)).hasStatusOk();
    }

    @Test
    void theHostIsNotifiedWhenANetworkThatOnlyItsCustomersRulesNameIsGone() throws InterruptedException {
        member(HttpMethod.POST, far);
        assertThat(api.call(
                        owner,
                        HttpMethod.PUT,
                        "/api/v1/customers/" + customer + "/firewall",
                        "{\"rules\": [{\"direction\": \"in\", \"action\": \"drop\", \"peer\": \"network:" + network
                                + "\"}]}"))
                .hasStatusOk();
        notified(() -> assertThat(api.call(
                        owner, HttpMethod.DELETE, "/api/v1/customers/" + customer + "/networks/" + network, ""))
                .hasStatus2xxSuccessful());
        assertThat(networks.of(host))
                .containsExactly(new SharedNetwork(network, customer.toString(), Set.of(), Set.of()));
    }

    @Test
    void thePageListsTheNetworks() {
        MvcTestResult page = api.get(owner, path.replace("/api/v1", ""));
        assertThat(new String(page.getResponse().getContentAsByteArray(), StandardCharsets.UTF_8))
                .contains("<code>network:" + network + "</code>");
    }
}
