package dev.bailiwick.server.jail.rest;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.ApiClient;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.jail.DesiredStates;
import dev.bailiwick.server.jail.JailReports;
import dev.bailiwick.server.notification.Notifications;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import org.springframework.transaction.support.TransactionOperations;
import tools.jackson.databind.JsonNode;

/** Calls the API for jails, with a connected host and a customer. */
@ServerTest
abstract class JailApi {

    static final String MERGE_PATCH = "application/merge-patch+json";

    @Autowired
    ApiClient api;

    @Autowired
    JailReports reports;

    @Autowired
    DesiredStates desired;

    @Autowired
    Notifications notifications;

    @Autowired
    JdbcClient jdbc;

    @Autowired
    TransactionOperations transactions;

    @Autowired
    Fleet.Fixtures fixtures;

    HostId host = new HostId(UUID.randomUUID());

    CustomerId customer = new CustomerId(UUID.randomUUID());

    String pool = "";

    @BeforeEach
    void makeAHost() {
        host = fixtures.connectedHost();
        customer = fixtures.customer();
        pool = fixtures.pool(host);
    }

    static String tag(MvcTestResult result) {
        return String.valueOf(result.getResponse().getHeader("ETag"));
    }

    String body(String more) {
        return "{\"name\": \"web\", \"customer\": \"" + customer + "\", \"host\": \"" + host + "\"" + more + "}";
    }

    JsonNode make(String more) {
        return make(more, "web");
    }

    JsonNode make(String more, String name) {
        MvcTestResult made = call(
                OPERATOR,
                HttpMethod.POST,
                "/api/v1/jails",
                Map.of(),
                body(more).replace("\"web\"", "\"" + name + "\""));
        assertThat(made).hasStatus(201);
        JailId.parse(json(made).get("id").asString());
        return json(made);
    }

    void refuses(int status, String pointer, String body) {
        Map<String, Long> before = fixtures.everything();
        MvcTestResult refused = call(OPERATOR, HttpMethod.POST, "/api/v1/jails", Map.of(), body);
        assertThat(refused).as(body).hasStatus(status).hasContentType(MediaType.APPLICATION_PROBLEM_JSON);
        assertThat(json(refused).at("/errors/0/pointer").asString()).isEqualTo(pointer);
        assertThat(fixtures.everything()).isEqualTo(before);
    }

    JsonNode json(MvcTestResult result) {
        return api.json(result);
    }

    MvcTestResult call(Caller caller, HttpMethod method, String address, Map<String, String> headers, String body) {
        return api.call(caller, method, address, headers, body);
    }
}
