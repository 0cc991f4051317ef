package dev.bailiwick.server.network;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.AddressRange;
import dev.bailiwick.jail.Egress;
import dev.bailiwick.jail.HostId;
import dev.bailiwick.server.ApiClient;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpMethod;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.web.servlet.assertj.MvcTestResult;

/** The pages with the name servers of pools and hosts, and requests that only a program sends. */
@ServerTest
class ResolverPagesTest {

    @Autowired
    private ApiClient api;

    @Autowired
    private Pools pools;

    @Autowired
    private Fleet.Fixtures fixtures;

    @Autowired
    private JdbcClient jdbc;

    private HostId host = new HostId(UUID.randomUUID());
    private String ofHost = "";
    private String ofPool = "";
    private PoolId pool = new PoolId(UUID.randomUUID());

    @BeforeEach
    void makeAPool() {
        host = fixtures.connectedHostWithPool();
        pool = pools.define(
                        OPERATOR, AddressRange.parse("172.24.0.0/16"), Optional.of(host), Egress.CLOSED, "For tests")
                .id();
        ofHost = "/hosts/" + host + "/resolver";
        ofPool = "/pools/" + pool + "/resolver";
    }

    @AfterEach
    void removeThePool() {
        pools.remove(OPERATOR, pool);
    }

    @Test
    void saveWhatTheirRowsHold() {
        assertThat(
                        post(
                                ofPool,
                                "nameServers=203.0.113.53&nameServers=%20&nameServers=%20203.0.113.54%202001:db8::53&searchDomains="))
                .hasStatus(302);
        assertThat(post(ofHost, "searchDomains=host.example&searchDomains=b.example&resolverOptions=ndots:2"))
                .hasStatus(302);

        String page = text(api.get(OPERATOR, "/pools/" + pool));
        assertThat(page)
                .contains("172.24.0.0/16", "For tests", "value=\"203.0.113.54\"", "value=\"2001:db8::53\"")
                .contains(
                        "203.0.113.53 203.0.113.54 2001:db8::53",
                        "from the pool",
                        "host.example b.example",
                        "from the host")
                .containsPattern("<th scope=\"row\" class=\"name\">host-\\d+</th>");
        String other = text(api.get(OPERATOR, ofHost));
        assertThat(other)
                .contains("value=\"host.example\"", "172.24.0.0/16", "from the pool", "All others")
                .contains("from /etc/resolv.conf of the host");
        assertThat(text(api.get(OPERATOR, "/hosts/" + host))).contains(ofHost);
        assertThat(text(api.get(OPERATOR, "/pools"))).contains("/pools/" + pool);

        assertThat(post(ofPool, "nameServers=&searchDomains=&resolverOptions=")).hasStatus(302);
        assertThat(pools.of(host).poolResolvers()).isEmpty();
    }

    @Test
    void showErrorsBesideTheirRows() {
        for (String form : List.of(ofPool, ofHost)) {
            MvcTestResult refused = post(
                    form,
                    "nameServers=203.0.113.53&nameServers=fe80::1%25eth0&searchDomains=ok.example&searchDomains=not_%25&resolverOptions=NDOTS");
            assertThat(refused).hasStatus(422);
            assertThat(text(refused))
                    .contains("id=\"nameServers[1]-error\"", "id=\"searchDomains[1]-error\"")
                    .contains("id=\"resolverOptions[0]-error\"", "value=\"fe80::1%eth0\"", "value=\"not_%\"")
                    .doesNotContain("id=\"nameServers[0]-error\"");
        }
        assertThat(pools.of(host).poolResolvers()).isEmpty();
    }

    @Test
    void nameEachFieldOfABadRequest() {
        String address = "/api/v1/hosts/" + host + "/resolver";
        assertThat(pointers(address, "{\"nameServers\": [\"1.2.3.4\", \"fe80::1%eth0\", null, \"example.org\"]}"))
                .containsExactly("/nameServers/1", "/nameServers/2", "/nameServers/3");
        assertThat(pointers(address, "{\"nameServers\": [\"1.1.1.1\", \"1.1.1.2\", \"1.1.1.3\", \"1.1.1.4\"]}"))
                .containsExactly("/nameServers");
        assertThat(pointers(address, "{\"searchDomains\": [\"a.example\", \"-b\"], \"resolverOptions\": [\"x y\"]}"))
                .containsExactly("/searchDomains/1", "/resolverOptions/0");
        assertThat(pointers(address, "{\"nameServers\": \"1.1.1.1\", \"searchDomains\": [[]], \"more\": 1}"))
                .containsExactlyInAnyOrder("/nameServers", "/searchDomains/0", "/more");
        assertThat(pointers(address, "{\"nameServers\": [\"1.1.1.1\", \"1.1.1.1\"]}"))
                .containsExactly("/nameServers/1");
    }

    /** A PUT can be repeated: the second one changes nothing, so that no host is notified and no event is recorded. */
    @Test
    void changeNothingTheSecondTime() {
        String body = "{\"nameServers\": [\"203.0.113.53\"]}";
        for (String address : List.of("/api/v1/hosts/" + host + "/resolver", "/api/v1/pools/" + pool + "/resolver")) {
            assertThat(put(address, body)).hasStatus(200);
            long before = events();
            assertThat(put(address, body)).hasStatus(200);
            assertThat(events()).as(address).isEqualTo(before);
        }
    }

    private long events() {
        return jdbc.sql("SELECT (SELECT count(*) FROM audit_event) + (SELECT count(*) FROM unsealed_event)")
                .query(Long.class)
                .single();
    }

    private List<String> pointers(String address, String body) {
        MvcTestResult refused = put(address, body);
        assertThat(refused).as(body).hasStatus(422);
        return api.json(refused)
                .get("errors")
                .valueStream()
                .map(error -> error.get("pointer").asString())
                .toList();
    }

    private MvcTestResult put(String address, String body) {
        return api.call(OPERATOR, HttpMethod.PUT, address, body);
    }

    private MvcTestResult post(String form, String fields) {
        return api.call(OPERATOR, HttpMethod.POST, form + "?" + fields, "");
    }

    private static String text(MvcTestResult page) {
        return new String(page.getResponse().getContentAsByteArray(), StandardCharsets.UTF_8);
    }
}
