package dev.bailiwick.server.network;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.AddressRange;
import dev.bailiwick.jail.Egress;
import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.ResolverConfiguration;
import dev.bailiwick.server.ApiClient;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.CustomerId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpMethod;
import org.springframework.test.web.servlet.assertj.MvcTestResult;

@ServerTest
class ResolverResourceTest {

    private static final AddressRange RANGE = AddressRange.parse("172.23.0.0/16");
    private static final String BODY = """
            {"nameServers": ["203.0.113.53", "2001:db8::53"], "searchDomains": ["example.org"], "resolverOptions": ["ndots:2"]}""";
    private static final ResolverConfiguration RESOLVER = new ResolverConfiguration(
            List.of(IpAddress.parse("203.0.113.53"), IpAddress.parse("2001:db8::53")),
            List.of("example.org"),
            List.of("ndots:2"));

    @Autowired
    private ApiClient api;

    @Autowired
    private Pools pools;

    @Autowired
    private Fleet.Fixtures fixtures;

    private HostId host = new HostId(UUID.randomUUID());
    private CustomerId customer = new CustomerId(UUID.randomUUID());

    @BeforeEach
    void makeAHost() {
        host = fixtures.connectedHostWithPool();
        customer = fixtures.customer();
    }

    @Test
    void tellsAHostWhatItsPoolsAndItSay() {
        AddressPool pool = pools.define(OPERATOR, RANGE, Optional.of(host), Egress.CLOSED, "");
        try {
            String ofPool = "/api/v1/pools/" + pool.id() + "/resolver";
            String ofHost = "/api/v1/hosts/" + host + "/resolver";
            assertThat(pools.of(host).poolResolvers()).isEmpty();

            assertThat(api.call(OPERATOR, HttpMethod.PUT, ofPool, BODY)).hasStatus(200);
            assertThat(api.call(OPERATOR, HttpMethod.PUT, ofHost, "{\"searchDomains\": [\"host.example\"]}"))
                    .hasStatus(200);

            assertThat(pools.of(host).poolResolvers()).isEqualTo(Map.of(RANGE, RESOLVER));
            assertThat(pools.of(host).resolver())
                    .isEqualTo(new ResolverConfiguration(List.of(), List.of("host.example"), List.of()));
            HostId other = fixtures.connectedHostWithPool();
            assertThat(pools.of(other).poolResolvers())
                    .as("a pool of another host")
                    .isEmpty();
            assertThat(pools.of(other).resolver()).isEqualTo(ResolverConfiguration.EMPTY);
            assertThat(api.json(api.get(OPERATOR, ofPool)).get("nameServers").toString())
                    .isEqualTo("[\"203.0.113.53\",\"2001:db8::53\"]");

            assertThat(api.call(OPERATOR, HttpMethod.PUT, ofPool, "{}")).hasStatus(200);
            assertThat(pools.of(host).poolResolvers()).isEmpty();
        } finally {
            pools.remove(OPERATOR, pool.id());
        }
    }

    @Test
    void namesTheFieldThatIsWrong() {
        String path = "/api/v1/hosts/" + host + "/resolver";
        refuses(path, "/nameServers/1", "{\"nameServers\": [\"203.0.113.53\", \"nowhere\"]}");
        refuses(
                path,
                "/nameServers",
                "{\"nameServers\": [\"2001:db8::1\", \"2001:db8::2\", \"2001:db8::3\", \"2001:db8::4\"]}");
        refuses(path, "/searchDomains/0", "{\"searchDomains\": [\"a b\"]}");
        refuses(path, "/searchDomains/0", "{\"searchDomains\": [null]}");
        refuses(path, "/resolverOptions/0", "{\"resolverOptions\": [\"a\\nb\"]}");
        assertThat(api.call(OPERATOR, HttpMethod.PUT, "/api/v1/hosts/" + UUID.randomUUID() + "/resolver", BODY))
                .hasStatus(404);
        assertThat(api.call(OPERATOR, HttpMethod.PUT, "/api/v1/pools/" + UUID.randomUUID() + "/resolver", BODY))
                .hasStatus(404);
        assertThat(api.call(Fleet.somebodyOf(customer), HttpMethod.PUT, path, BODY))
                .hasStatus(403);
    }

    private void refuses(String path, String pointer, String body) {
        MvcTestResult refused = api.call(OPERATOR, HttpMethod.PUT, path, body);
        assertThat(refused).as(body).hasStatus(422);
        assertThat(api.json(refused).at("/errors/0/pointer").asString()).isEqualTo(pointer);
    }
}
