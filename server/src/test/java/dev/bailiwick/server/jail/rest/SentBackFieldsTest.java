package dev.bailiwick.server.jail.rest;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.server.ApiClient;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpMethod;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What a client has read it may send back; what it changes in it is changed or rejected, never ignored. */
class SentBackFieldsTest extends JailApi {

    @Test
    void areAcceptedAsTheyWereRead() {
        JsonNode made = make("");
        String address = address(made);
        MvcTestResult read = call(OPERATOR, HttpMethod.GET, address, Map.of(), "");
        ObjectNode document = (ObjectNode) json(read);

        MvcTestResult same = put(address, tag(read), document);
        assertThat(same).hasStatus(202);
        assertThat(json(same).get("generation").asLong()).isOne();

        document.put("hostname", "www.example.org");
        MvcTestResult changed = patch(address, document.toString());
        assertThat(changed).hasStatus(202);
        assertThat(json(changed).get("generation").asLong()).isEqualTo(2);

        // The status changes by itself between reading and sending.
        ObjectNode later = (ObjectNode) json(call(OPERATOR, HttpMethod.GET, address, Map.of(), ""));
        ((ObjectNode) later.get("status")).put("phase", "starting");
        assertThat(put(address, "*", later)).hasStatus(202);
    }

    @Test
    void areRejectedWithOtherValues() {
        String address = address(make(""));
        Map<String, String> others = Map.of(
                "generation", "7",
                "id", "\"6f0c1f5e-0000-4000-8000-000000000000\"",
                "createdAt", "\"2026-01-01T00:00:00Z\"",
                "updatedAt", "null",
                "retiredAt", "\"2026-01-01T00:00:00Z\"",
                "status", "{\"phase\": \"stopped\"}",
                "restart", "{\"restarts\": true}",
                "customer", "null",
                "host", "null");
        others.forEach((field, value) -> {
            MvcTestResult patched = patch(address, "{\"" + field + "\": " + value + "}");
            assertThat(patched).as(field).hasStatus(422);
            assertThat(pointers(patched)).as(field).containsExactly("/" + field);

            MvcTestResult read = call(OPERATOR, HttpMethod.GET, address, Map.of(), "");
            ObjectNode document = (ObjectNode) json(read);
            document.remove(field);
            String body = document.toString().replaceFirst("\\{", "{\"" + field + "\": " + value + ",");
            MvcTestResult put = call(OPERATOR, HttpMethod.PUT, address, Map.of("If-Match", tag(read)), body);
            assertThat(put).as(field).hasStatus(422);
            assertThat(pointers(put)).as(field).containsExactly("/" + field);
        });
        assertThat(pointers(
                        patch(address, "{\"generation\": 7, \"status\": \"stopped\", \"hostname\": 1, \"nam\": 2}")))
                .contains("/generation", "/status", "/nam");
    }

    @Test
    void areRejectedInNewJails() {
        String first =
                body(", \"generation\": 1, \"id\": \"x\", \"status\": {}, \"createdAt\": \"2026-01-01T00:00:00Z\"");
        MvcTestResult refused = call(OPERATOR, HttpMethod.POST, "/api/v1/jails", Map.of(), first);
        assertThat(refused).hasStatus(422);
        assertThat(pointers(refused)).containsExactlyInAnyOrder("/generation", "/id", "/status", "/createdAt");

        MvcTestResult batch = call(
                OPERATOR,
                HttpMethod.POST,
                "/api/v1/jails:batch?partial=true",
                Map.of("Content-Type", ApiClient.NDJSON),
                body(", \"updatedAt\": \"2026-01-01T00:00:00Z\"").replace("\n", " ") + "\n");
        assertThat(batch).hasStatus(200);
        assertThat(json(batch).at("/problem/errors/0/pointer").asString()).isEqualTo("/updatedAt");
    }

    @Test
    void nameEveryFieldThatCannotBeRead() {
        MvcTestResult refused = call(
                OPERATOR,
                HttpMethod.POST,
                "/api/v1/jails",
                Map.of(),
                body(", \"restartLimit\": 1.5, \"init\": \"maybe\", \"command\": [\"sh\", {}, \"-c\", []], \"host\": 1,"
                                + " \"runDirectories\": [1, {\"path\": [], \"mode\": {}}], \"labels\": {\"-a\": \"b\", \"c\": {}},"
                                + " \"hostname\": \"-www\", \"nam\": 1")
                        .replaceFirst("\"host\": \"[^\"]*\",?", ""));

        assertThat(refused).hasStatus(422);
        assertThat(pointers(refused))
                .contains(
                        "/restartLimit", "/init", "/command/1", "/command/3", "/runDirectories/0", "/hostname", "/nam")
                .doesNotHaveDuplicates();
    }

    private MvcTestResult put(String address, String tag, JsonNode document) {
        return call(OPERATOR, HttpMethod.PUT, address, Map.of("If-Match", tag), document.toString());
    }

    private MvcTestResult patch(String address, String body) {
        return call(OPERATOR, HttpMethod.PATCH, address, Map.of("Content-Type", MERGE_PATCH), body);
    }

    private static String address(JsonNode jail) {
        return "/api/v1/jails/" + jail.get("id").asString();
    }

    private List<String> pointers(MvcTestResult refused) {
        return json(refused)
                .get("errors")
                .valueStream()
                .map(error -> error.get("pointer").asString())
                .toList();
    }
}
