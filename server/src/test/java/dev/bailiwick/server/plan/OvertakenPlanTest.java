package dev.bailiwick.server.plan;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.server.ApiClient;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.LockWaits;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.CustomerId;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpMethod;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import tools.jackson.databind.JsonNode;

/** What would come of another plan is shown of the jail as it is, also if it changes meanwhile. */
@ServerTest
class OvertakenPlanTest {

    @Autowired
    private ApiClient api;

    @Autowired
    private Fleet.Fixtures fixtures;

    @Autowired
    private JdbcClient jdbc;

    /** Somebody else changes the jail after the request has read it, and before it has locked it. */
    @Test
    void showsWhatComesOfAChangeThatAnotherOneOvertakes() throws Exception {
        HostId host = fixtures.connectedHostWithPool();
        CustomerId customer = fixtures.customer();
        String plan = post("/api/v1/plans", "{\"name\": \"Plan " + UUID.randomUUID() + "\"}");
        String id = post(
                "/api/v1/jails",
                "{\"name\": \"web\", \"customer\": \"" + customer + "\", \"host\": \"" + host + "\", \"plan\": \""
                        + plan + "\"}");
        assertThat(api.call(
                        OPERATOR,
                        HttpMethod.POST,
                        "/api/v1/plans/" + plan + "/versions",
                        "{\"limits\": {\"memory\": \"1GiB\"}}"))
                .hasStatusOk();
        String jail = "/api/v1/jails/" + id;
        List<Future<MvcTestResult>> shown = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            fixtures.holding(host, () -> {
                shown.add(LockWaits.behind(
                        jdbc,
                        threads.submit(() -> api.call(
                                OPERATOR,
                                HttpMethod.POST,
                                jail + "/plan?dryRun=true",
                                "{\"plan\": \"" + plan + "\"}"))));
                jdbc.sql("UPDATE jail SET generation = generation + 1, hostname = 'overtaken' WHERE id = ?::uuid")
                        .param(id)
                        .update();
            });
            MvcTestResult answer = shown.getFirst().get();
            assertThat(answer).hasStatusOk();
            assertThat(api.json(answer).at("/limits/memory").asLong()).isEqualTo(1L << 30);
        }
        JsonNode unchanged = api.json(api.get(OPERATOR, jail));
        assertThat(unchanged.get("generation").asInt()).isEqualTo(2);
        assertThat(unchanged.get("hostname").asString()).isEqualTo("overtaken");
        assertThat(unchanged.get("planVersion").asInt()).isEqualTo(1);
    }

    /** Creates something, and returns its id. */
    private String post(String address, String body) {
        MvcTestResult created = api.call(OPERATOR, HttpMethod.POST, address, body);
        assertThat(created).hasStatus(201);
        return api.json(created).get("id").asString();
    }
}
