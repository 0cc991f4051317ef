package dev.bailiwick.server.fuzz;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.server.ApiClient;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Role;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpMethod;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The description of the API says of each operation what a client has to know; a new operation is held to the same. */
@ServerTest
class ApiDescriptionTest {

    private static final String SCHEMAS = "#/components/schemas/";

    @Autowired
    private ApiClient api;

    @Autowired
    private Fleet.Fixtures fixtures;

    @Autowired
    private JsonMapper json;

    private JsonNode description = JsonMapper.shared().createObjectNode();
    private List<Described> operations = List.of();

    private record Described(String method, String path, JsonNode operation) {
        String name() {
            return method + " " + path;
        }

        Set<String> problems(String status) {
            Set<String> slugs = new HashSet<>();
            operation
                    .path("responses")
                    .path(status)
                    .path("x-problem-types")
                    .forEach(slug -> slugs.add(slug.asString()));
            return slugs;
        }
    }

    @BeforeEach
    void read() {
        description = api.json(api.get(OPERATOR, "/api/openapi.json"));
        List<Described> all = new ArrayList<>();
        description
                .get("paths")
                .properties()
                .forEach(path -> path.getValue()
                        .properties()
                        .forEach(operation -> all.add(new Described(
                                operation.getKey().toUpperCase(java.util.Locale.ROOT),
                                path.getKey(),
                                operation.getValue()))));
        operations = all;
        assertThat(operations).hasSizeGreaterThan(40);
    }

    @Test
    void namesEveryOperation() {
        Set<String> names = new HashSet<>();
        for (Described operation : operations) {
            String name = operation.operation().path("operationId").asString();
            assertThat(name).as(operation.name()).matches("[a-z]+([A-Z][a-z]+)+");
            assertThat(names.add(name)).as(name + " is used once").isTrue();
            assertThat(operation.operation().path("summary").asString())
                    .as(operation.name())
                    .isNotEmpty();
        }
    }

    @Test
    void describesEveryParameter() {
        for (Described operation : operations) {
            for (JsonNode parameter : operation.operation().path("parameters")) {
                assertThat(parameter.path("description").asString(""))
                        .as(operation.name() + " " + parameter.get("name"))
                        .hasSizeGreaterThan(10);
            }
        }
    }

    @Test
    void describesTheKeyOfEveryPost() {
        for (Described operation : operations) {
            boolean hasKey = operation
                    .operation()
                    .path("parameters")
                    .valueStream()
                    .anyMatch(parameter -> parameter.get("name").asString().equals("Idempotency-Key")
                            && parameter.get("in").asString().equals("header"));
            assertThat(hasKey).as(operation.name()).isEqualTo(operation.method().equals("POST"));
        }
    }

    @Test
    void describesBodiesOfBytes() {
        for (String method : List.of("put", "patch")) {
            assertThat(description
                            .at("/paths/~1api~1v1~1jails~1{id}~1files~1content")
                            .get(method)
                            .at("/requestBody/content/application~1octet-stream/schema/format")
                            .asString())
                    .as(method)
                    .isEqualTo("binary");
        }
    }

    /** Generated clients accept nothing else. */
    @Test
    void namesTheTypeOfEveryAnswer() {
        for (Described operation : operations) {
            operation
                    .operation()
                    .get("responses")
                    .valueStream()
                    .forEach(answer -> assertThat(answer.path("content").propertyNames())
                            .as(operation.name())
                            .doesNotContain("*/*"));
        }
    }

    @Test
    void describesWhatIsReportedOfAJail() {
        for (String schema : List.of("StatusDocument", "ConditionDocument")) {
            description
                    .at("/components/schemas/" + schema + "/properties")
                    .properties()
                    .forEach(field -> assertThat(
                                    field.getValue().path("description").asString(""))
                            .as(schema + "." + field.getKey())
                            .isNotEmpty());
        }
        String phases = description
                .at("/components/schemas/StatusDocument/properties/phase/description")
                .asString();
        assertThat(Phase.values()).allSatisfy(phase -> assertThat(phases).contains(phase.text()));
    }

    @Test
    void describesTheErrorsOfEveryOperation() {
        for (Described operation : operations) {
            String name = operation.name();
            boolean hasBody = operation.operation().has("requestBody");
            assertThat(operation.problems("400")).as(name).contains("malformed-request", "unknown-parameter");
            assertThat(operation.problems("401")).as(name).contains("not-signed-in");
            assertThat(operation.problems("403")).as(name).contains("scope-missing");
            assertThat(operation.problems("503")).as(name).contains("database-unavailable");
            if (operation.path().contains("{")) {
                assertThat(operation.problems("404")).as(name).hasSizeGreaterThan(1);
            }
            if (hasBody) {
                assertThat(operation.problems("413")).as(name).contains("body-too-large");
                assertThat(operation.problems("415")).as(name).contains("unsupported-media-type");
                assertThat(operation.problems("422")).as(name).contains("invalid-request");
            }
            if (operation.method().equals("POST")) {
                assertThat(operation.problems("409")).as(name).contains("request-in-progress");
                assertThat(operation.problems("422")).as(name).contains("idempotency-key-used", "invalid-request");
            }
            operation.operation().get("responses").properties().forEach(answer -> {
                if (answer.getKey().compareTo("400") >= 0) {
                    assertThat(answer.getValue()
                                    .path("content")
                                    .path("application/problem+json")
                                    .at("/schema/$ref")
                                    .asString())
                            .as(name + " " + answer.getKey())
                            .isEqualTo(SCHEMAS + "ProblemDocument");
                    assertThat(answer.getValue().get("description").asString())
                            .as(name + " " + answer.getKey())
                            .contains(operation.problems(answer.getKey()));
                }
            });
        }
        assertThat(description
                        .at("/components/schemas/ProblemDocument/required")
                        .toString())
                .contains("type", "status", "retryable");
    }

    @Test
    void saysWhenABatchIsAnsweredWithWhichStatus() {
        JsonNode answers = description.at("/paths/~1api~1v1~1jails:batch/post/responses");
        assertThat(answers.at("/201/description").asString()).contains("created");
        assertThat(answers.at("/200/description").asString()).contains("each line");
        for (String status : List.of("200", "201")) {
            assertThat(answers.path(status)
                            .path("content")
                            .path("application/x-ndjson")
                            .at("/schema/$ref")
                            .asString())
                    .isEqualTo(SCHEMAS + "LineResult");
        }
    }

    /** An empty body names what is missing; that is what is required. */
    @Test
    void namesTheRequiredFieldsOfEveryBody() throws Exception {
        String host = fixtures.connectedHostWithPool().toString();
        Set<String> withRequired = new HashSet<>();
        for (Described operation : operations) {
            JsonNode body = operation.operation().path("requestBody");
            if (body.isMissingNode()) {
                continue;
            }
            assertThat(body.path("required").asBoolean()).as(operation.name()).isTrue();
            var content = body.get("content").properties().iterator().next();
            if (content.getKey().equals("application/octet-stream")) {
                // Bytes have no fields.
                continue;
            }
            JsonNode schema =
                    ApiOperation.resolved(description, content.getValue().get("schema"));
            assertThat(schema.path("properties")).as(operation.name()).isNotEmpty();
            Set<String> required = new HashSet<>();
            schema.path("required").forEach(field -> required.add(field.asString()));
            if (operation.method().equals("PATCH")) {
                assertThat(required).as(operation.name()).isEmpty();
                continue;
            }
            if (content.getKey().contains("ndjson")) {
                // A body of lines; its errors name the line first.
                continue;
            }
            Set<String> missing = missing(operation, content.getKey(), host);
            assertThat(required).as(operation.name()).containsAll(missing);
            if (!required.isEmpty()
                    && operation.method().equals("POST")
                    && !operation.path().contains("{")) {
                assertThat(missing).as(operation.name()).isNotEmpty();
                withRequired.add(operation.operation().get("operationId").asString());
            }
        }
        assertThat(withRequired)
                .contains("createJail", "createHost", "createPool", "createCustomer", "createUser", "createToken");
    }

    private Set<String> missing(Described operation, String type, String host) {
        String path = operation
                .path()
                .replace("{host}", host)
                .replace("{jail}", UUID.randomUUID().toString())
                .replace(
                        "{id}",
                        operation.path().startsWith("/api/v1/hosts")
                                ? host
                                : UUID.randomUUID().toString())
                .replaceAll("\\{[a-z]+}", UUID.randomUUID().toString());
        // Attempts to prove who somebody is are limited by login.
        Caller somebody = Caller.staff(OPERATOR.user(), "operator-" + UUID.randomUUID(), Role.OWNER);
        MvcTestResult answer = api.call(
                somebody,
                HttpMethod.valueOf(operation.method()),
                path,
                Map.of("Content-Type", type, "If-Match", "*"),
                "{}");
        Set<String> missing = new HashSet<>();
        String text = new String(answer.getResponse().getContentAsByteArray(), java.nio.charset.StandardCharsets.UTF_8);
        if (answer.getResponse().getStatus() == 422 && text.startsWith("{")) {
            json.readTree(text)
                    .path("errors")
                    .forEach(
                            error -> missing.add(error.get("pointer").asString().replaceFirst("^/", "")));
        }
        return missing;
    }
}
