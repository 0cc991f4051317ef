package dev.bailiwick.server.jail.customer;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static dev.bailiwick.server.Fleet.somebodyOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.server.ApiClient;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
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

/** The quota of a customer: how it is set, what it refuses, and who sees what is used. */
@ServerTest
class CustomerQuotaTest {

    @Autowired
    private ApiClient api;

    @Autowired
    private Fleet.Fixtures fixtures;

    private HostId host = new HostId(UUID.randomUUID());
    private CustomerId customer = new CustomerId(UUID.randomUUID());

    @BeforeEach
    void aCustomerWithAHost() {
        host = fixtures.connectedHostWithPool();
        customer = fixtures.customer();
    }

    @Test
    void isSetBoundByBound() {
        assertThat(patch("{\"quota\": {\"jails\": 3, \"memory\": \"1GiB\", \"cpuMillis\": 1500, \"addresses\": 2}}"))
                .hasStatusOk();
        assertThat(patch("{\"quota\": {\"cpuMillis\": null, \"memory\": 4096}}"))
                .hasStatusOk();

        JsonNode quota = api.json(api.get(OPERATOR, address())).get("quota");
        assertThat(quota.toString()).isEqualTo("{\"jails\":3,\"memory\":4096,\"addresses\":2}");
        assertThat(patch("{\"quota\": null}")).hasStatusOk();
        assertThat(api.json(api.get(OPERATOR, address())).get("quota").toString())
                .isEqualTo("{}");
    }

    @Test
    void isRefusedIfItIsNoQuota() {
        for (String quota : List.of(
                "{\"jails\": -1}",
                "{\"jails\": 1.5}",
                "{\"jails\": \"3\"}",
                "{\"memory\": \"much\"}",
                "{\"memory\": \"2000TiB\"}",
                "{\"disk\": \"much\"}",
                "{\"files\": 3}",
                "[]",
                "3")) {
            MvcTestResult answer = patch("{\"quota\": " + quota + "}");
            assertThat(answer).as(quota).hasStatus(422);
            assertThat(api.json(answer).at("/errors/0/pointer").asString()).startsWith("/quota");
        }
        MvcTestResult created = api.call(
                OPERATOR, HttpMethod.POST, "/api/v1/customers", "{\"name\": \"x\", \"quota\": {\"addresses\": -1}}");
        assertThat(created).hasStatus(422);
    }

    @Test
    void namesTheFiguresOfWhatItRefuses() {
        patch("{\"quota\": {\"jails\": 2, \"memory\": \"1GiB\"}}");
        String first = api.json(create("first", "\"limits\": {\"memory\": \"768MiB\"}"))
                .get("id")
                .asString();

        JsonNode refused = api.json(create("second", "\"limits\": {\"memory\": \"512MiB\"}"));
        assertThat(refused.get("status").asInt()).isEqualTo(409);
        assertThat(refused.get("type").asString()).isEqualTo("/problems/quota-exceeded");
        assertThat(refused.at("/errors/0/pointer").asString()).isEqualTo("/limits/memory");
        assertThat(refused.at("/errors/0/message").asString())
                .isEqualTo("asks for 512MiB of memory, but the customer already has 768MiB of 1GiB of memory");
        assertThat(refused.at("/shortages/0").toString())
                .isEqualTo("{\"quota\":\"memory\",\"used\":805306368,\"asked\":536870912,\"bound\":1073741824}");
        JsonNode unlimited = api.json(create("second", ""));
        assertThat(unlimited.get("status").asInt()).isEqualTo(422);
        assertThat(unlimited.at("/errors/0/pointer").asString()).isEqualTo("/limits/memory");

        JsonNode grown = api.json(
                api.call(OPERATOR, HttpMethod.PATCH, "/api/v1/jails/" + first, "{\"limits\": {\"memory\": \"2GiB\"}}"));
        assertThat(grown.at("/shortages/0/asked").asLong()).isEqualTo((2L << 30) - (768L << 20));
        assertThat(api.call(
                        OPERATOR, HttpMethod.PATCH, "/api/v1/jails/" + first, "{\"limits\": {\"memory\": \"1GiB\"}}"))
                .hasStatus(202);
    }

    @Test
    void isNotLoweredBelowWhatIsUsed() {
        create("first", "\"limits\": {\"memory\": \"768MiB\"}");
        create("second", "");

        JsonNode refused = api.json(patch("{\"quota\": {\"jails\": 1, \"memory\": \"2GiB\", \"addresses\": 1}}"));

        assertThat(refused.get("type").asString()).isEqualTo("/problems/quota-below-use");
        assertThat(refused.get("errors")
                        .valueStream()
                        .map(error -> error.get("pointer").asString()))
                .containsExactly("/quota/jails", "/quota/memory", "/quota/addresses");
        assertThat(refused.at("/errors/1/message").asString())
                .isEqualTo("would be 2GiB of memory, but the customer has 768MiB, and 1 jail has no limit of it");
        assertThat(patch("{\"quota\": {\"jails\": 2, \"addresses\": 2}}")).hasStatusOk();
        assertThat(patch("{\"quota\": {\"jails\": 3}}")).as("more").hasStatusOk();
    }

    @Test
    void boundsBatchesAndMoves() {
        patch("{\"quota\": {\"jails\": 2}}");
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 4; i++) {
            lines.append("{\"name\": \"batch-" + i + "\", \"customer\": \"" + customer + "\", \"host\": \"" + host
                    + "\"}\n");
        }
        byte[] batch = lines.toString().getBytes(StandardCharsets.UTF_8);

        assertThat(api.batch(OPERATOR, "", Map.of(), batch)).hasStatus(409);
        assertThat(api.lines(api.batch(OPERATOR, "?partial=true", Map.of(), batch)).stream()
                        .map(line -> line.get("status").asInt()))
                .containsExactly(201, 201, 409, 409);
        CustomerId other = fixtures.customer();
        String foreign = api.json(create(other, "foreign", "")).get("id").asString();
        MvcTestResult moved = api.call(
                OPERATOR,
                HttpMethod.POST,
                "/api/v1/jails/" + foreign + "/move",
                "{\"customer\": \"" + customer + "\"}");
        assertThat(moved).hasStatus(409);
        assertThat(api.json(moved).at("/shortages/0/quota").asString()).isEqualTo("jails");
        assertThat(api.json(moved).get("detail").asString())
                .isEqualTo("The jail would be one more, but the customer already has 2 of 2 jails.");
    }

    @Test
    void countsTheAddressesThatWereChosen() {
        patch("{\"quota\": {\"addresses\": 1}}");

        assertThat(create("first", "")).hasStatus(201);
        JsonNode refused = api.json(create("second", ""));
        assertThat(refused.at("/errors/0/pointer").asString()).isEqualTo("/ip");
        assertThat(refused.at("/shortages/0").toString())
                .isEqualTo("{\"quota\":\"addresses\",\"used\":1,\"asked\":1,\"bound\":1}");
    }

    @Test
    void isSeenWithItsUseByStaffAndTheOwnersOfTheCustomer() {
        patch("{\"quota\": {\"jails\": 2}}");
        create("first", "\"limits\": {\"memory\": \"64MiB\", \"cpuMillis\": 250}");
        create("second", "");
        String usage = address() + "/usage";

        for (Caller caller : List.of(OPERATOR, somebodyOf(customer))) {
            assertThat(api.json(api.get(caller, usage)).toString())
                    .isEqualTo(
                            "{\"quota\":{\"jails\":2},\"used\":{\"jails\":2,\"memory\":67108864,\"cpuMillis\":250,\"addresses\":2,\"disk\":0,\"withoutMemoryLimit\":1,\"withoutCpuLimit\":1,\"withoutDisk\":2}}");
        }
        assertThat(api.get(somebodyOf(fixtures.customer()), usage)).hasStatus(404);
    }

    @Test
    void isNotTheOnlyBoundWhenItsHostPromisesLess() {
        assertThat(api.call(
                        OPERATOR,
                        HttpMethod.PATCH,
                        "/api/v1/hosts/" + host,
                        "{\"memoryOvercommit\": 0.5, \"cpuOvercommit\": 2}"))
                .hasStatusOk();
        assertThat(create("first", "\"limits\": {\"memory\": \"3GiB\", \"cpuMillis\": 1000}"))
                .hasStatus(201);

        JsonNode full = api.json(create("second", "\"limits\": {\"memory\": \"2GiB\", \"cpuMillis\": 1000}"));
        assertThat(full.get("type").asString()).isEqualTo("/problems/host-full");
        assertThat(full.at("/shortages/0/bound").asLong()).isEqualTo(4L << 30);
        assertThat(create("second", "\"limits\": {\"memory\": \"1GiB\"}"))
                .as("no limit of CPU")
                .hasStatus(422);
        assertThat(api.call(OPERATOR, HttpMethod.PATCH, "/api/v1/hosts/" + host, "{\"memoryOvercommit\": 0}"))
                .hasStatus(422);
        assertThat(api.call(OPERATOR, HttpMethod.PATCH, "/api/v1/hosts/" + host, "{\"memoryOvercommit\": null}"))
                .hasStatusOk();
        JsonNode now = api.json(api.get(OPERATOR, "/api/v1/hosts/" + host));
        assertThat(now.has("memoryOvercommit")).isFalse();
        assertThat(now.get("cpuOvercommit").asDouble()).isEqualTo(2);
    }

    private String address() {
        return "/api/v1/customers/" + customer;
    }

    private MvcTestResult patch(String body) {
        return api.call(OPERATOR, HttpMethod.PATCH, address(), body);
    }

    private MvcTestResult create(String name, String more) {
        return create(customer, name, more);
    }

    private MvcTestResult create(CustomerId owner, String name, String more) {
        return api.call(
                OPERATOR,
                HttpMethod.POST,
                "/api/v1/jails",
                "{\"name\": \"" + name + "\", \"customer\": \"" + owner + "\", \"host\": \"" + host + "\""
                        + (more.isEmpty() ? "" : ", " + more) + "}");
    }
}
