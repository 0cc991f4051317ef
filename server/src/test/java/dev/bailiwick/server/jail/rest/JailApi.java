package dev.bailiwick.server.jail.rest;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.authentication;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.jail.DesiredStates;
import dev.bailiwick.server.jail.JailReports;
import dev.bailiwick.server.notification.Notifications;
import java.net.URI;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import org.springframework.transaction.support.TransactionOperations;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Calls the API for jails, with a connected host and a customer. */
@ServerTest
abstract class JailApi {

    static final String MERGE_PATCH = "application/merge-patch+json";

    @Autowired
    MockMvc mvc;

    @Autowired
    JsonMapper json;

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
    Fleet.Scene scene;

    HostId host = new HostId(UUID.randomUUID());

    CustomerId customer = new CustomerId(UUID.randomUUID());

    String pool = "";

    @BeforeEach
    void makeAHost() {
        host = scene.connectedHost();
        customer = scene.customer();
        pool = scene.pool(host);
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
        Map<String, Long> before = scene.everything();
        MvcTestResult refused = call(OPERATOR, HttpMethod.POST, "/api/v1/jails", Map.of(), body);
        assertThat(refused).as(body).hasStatus(status).hasContentType(MediaType.APPLICATION_PROBLEM_JSON);
        assertThat(json(refused).at("/errors/0/pointer").asString()).isEqualTo(pointer);
        assertThat(scene.everything()).isEqualTo(before);
    }

    JsonNode json(MvcTestResult result) {
        return json.readTree(result.getResponse().getContentAsByteArray());
    }

    MvcTestResult call(Caller caller, HttpMethod method, String address, Map<String, String> headers, String body) {
        return call(caller, method, URI.create(address), headers, body);
    }

    MvcTestResult call(Caller caller, HttpMethod method, URI address, Map<String, String> headers, String body) {
        TestingAuthenticationToken token = new TestingAuthenticationToken(
                caller, "", "ROLE_" + caller.role().name());
        var request = MockMvcTester.create(mvc)
                .method(method)
                .uri(address)
                .contentType(headers.getOrDefault("Content-Type", "application/json"))
                .with(authentication(token));
        headers.forEach((name, value) -> {
            if (!name.equals("Content-Type")) {
                request.header(name, value);
            }
        });
        return (body.isEmpty() ? request : request.content(body)).exchange();
    }
}
