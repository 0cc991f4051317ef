package dev.bailiwick.server.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.server.WebTest;
import dev.bailiwick.server.fuzz.RawClient.Answer;
import dev.bailiwick.server.fuzz.RawRequest.Header;
import dev.bailiwick.server.notification.Notifications;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** No operation of the API and no page ignores a parameter, a field of a body or a field of a form. */
@WebTest
class UnknownParametersTest extends WithWorld {

    private static final String UNKNOWN = "externalld";

    @Autowired
    private Notifications notifications;

    @Autowired
    private JsonMapper json;

    private World world = new World(Map.of(), Map.of(), Map.of());
    private RawClient client = new RawClient(0);

    @BeforeEach
    void makeAWorld() throws Exception {
        client = new RawClient(port);
        world = newWorld();
    }

    @Test
    void areRejectedByEveryOperation() throws Exception {
        JsonNode description = description();
        Requests requests = new Requests(new Random(1), description);
        List<ApiOperation> operations = ApiOperation.of(description);
        assertThat(operations).hasSizeGreaterThan(40);
        for (ApiOperation operation : operations) {
            RawRequest valid = requests.valid(operation, world, "operator");
            String target = valid.target().replaceFirst("\\?.*", "") + "?" + UNKNOWN + "=x";

            Answer answer = client.send(with(valid, target, valid.body()));

            assertThat(answer.status()).as(valid.kind()).isEqualTo(400);
            JsonNode problem = json.readTree(answer.text());
            assertThat(problem.at("/type").asString()).as(valid.kind()).isEqualTo("/problems/unknown-parameter");
            assertThat(problem.at("/errors/0/pointer").asString()).isEqualTo("/" + UNKNOWN);
        }
    }

    /** Bytes have no fields. */
    private static boolean isOfBytes(ApiOperation operation) {
        return operation.body().isPresent() && operation.type().equals("application/octet-stream");
    }

    @Test
    void areRejectedInEveryBody() throws Exception {
        JsonNode description = description();
        Requests requests = new Requests(new Random(2), description);
        for (ApiOperation operation : ApiOperation.of(description)) {
            if (isOfBytes(operation)) {
                continue;
            }
            RawRequest valid = requests.valid(operation, world, "operator");
            String target = valid.target().replaceFirst("\\?.*", "");

            String body = operation.body().isPresent() ? new String(valid.body(), StandardCharsets.UTF_8) : "{}";
            String more = body.replaceFirst("\\{", "{\"" + UNKNOWN + "\":1" + (body.startsWith("{}") ? "" : ","));

            Answer answer = client.send(with(valid, target, more.getBytes(StandardCharsets.UTF_8)));

            if (target.contains(Requests.MISSING)) {
                // What is to be changed is read before a change of it.
                assertThat(answer.status()).as(valid.kind()).isBetween(400, 499);
            } else if (operation.body().isPresent()) {
                assertThat(answer.text())
                        .as(valid.kind() + " " + answer.status())
                        .contains("/" + UNKNOWN);
            } else {
                assertThat(answer.status()).as(valid.kind()).isEqualTo(400);
                assertThat(answer.text()).as(valid.kind()).contains("/problems/body-not-read");
            }
        }
    }

    /** What only answers have cannot be set, so it cannot be sent. */
    @Test
    void areFieldsThatOnlyAnswersHave() throws Exception {
        JsonNode description = description();
        Requests requests = new Requests(new Random(5), description);
        List<String> rejected = new ArrayList<>();
        for (ApiOperation operation : ApiOperation.of(description)) {
            if (operation.body().isEmpty() || operation.type().contains("ndjson") || isOfBytes(operation)) {
                continue;
            }
            RawRequest valid = aboutSomething(requests, operation);
            String body = new String(valid.body(), StandardCharsets.UTF_8);
            for (String field : fieldsOfAnswers(description, operation)) {
                if (!operation.body().get().path("properties").has(field)) {
                    String more = body.replaceFirst(
                            "\\{", "{\"" + field + "\":\"other\"" + (body.startsWith("{}") ? "" : ","));
                    Answer answer = client.send(with(
                            valid, valid.target().replaceFirst("\\?.*", ""), more.getBytes(StandardCharsets.UTF_8)));
                    assertThat(answer.status()).as(valid.kind() + " " + field).isEqualTo(422);
                    assertThat(answer.text()).as(valid.kind()).contains("\"/" + field + "\"");
                    rejected.add(valid.kind() + " " + field);
                }
            }
        }
        assertThat(rejected)
                .contains("POST /api/v1/jails generation", "POST /api/v1/hosts id", "POST /api/v1/pools taken")
                .hasSizeGreaterThan(40);
    }

    /** Returns a request about something that exists, if it can: other requests are answered before their fields are read. */
    private RawRequest aboutSomething(Requests requests, ApiOperation operation) {
        RawRequest valid = requests.valid(operation, world, "operator");
        for (int tries = 0; tries < 20 && valid.target().contains(Requests.MISSING); tries++) {
            valid = requests.valid(operation, world, "operator");
        }
        return valid;
    }

    private static List<String> fieldsOfAnswers(JsonNode description, ApiOperation operation) {
        List<String> fields = new ArrayList<>();
        JsonNode described = description.at("/paths/" + operation.path().replace("/", "~1") + "/"
                + operation.method().toLowerCase(Locale.ROOT));
        for (int status : operation.answers().keySet()) {
            if (status < 300) {
                described
                        .path("responses")
                        .path(String.valueOf(status))
                        .path("content")
                        .forEach(content -> fields.addAll(ApiOperation.resolved(description, content.path("schema"))
                                .path("properties")
                                .propertyNames()));
            }
        }
        return fields;
    }

    @Test
    void areRejectedTwice() throws Exception {
        String bearer = world.bearer("operator");
        for (String query : List.of("limit=1&limit=2", "q=a&q=b", "total=true&total=true")) {
            Answer answer = api("/api/v1/jails?" + query, bearer);
            assertThat(answer.status()).as(query).isEqualTo(400);
            assertThat(answer.text()).contains("is given more than once");
        }
        assertThat(api("/api/v1/jails?label=team&label=tier", bearer).status()).isEqualTo(200);
    }

    @Test
    void findsByExternalIdOnly() throws Exception {
        String bearer = world.bearer("operator");
        String host = world.first("hosts");
        String web = world.first("jails");
        for (String id : List.of("order-web-" + host, "ORDER-web-" + host, "order-web")) {
            JsonNode found =
                    json.readTree(api("/api/v1/jails?externalId=" + id, bearer).text());
            assertThat(found.get("items")
                            .valueStream()
                            .map(jail -> jail.get("id").asString()))
                    .as(id)
                    .isEqualTo(id.equals("order-web-" + host) ? List.of(web) : List.of());
        }
        assertThat(json.readTree(api("/api/v1/removed-jails?externalId=order-gone-" + host, bearer)
                                .text())
                        .at("/items/0/id")
                        .asString())
                .isEqualTo(world.first("removed-jails"));
        assertThat(api("/api/v1/jails?externalId=", bearer).status()).isEqualTo(422);
        String similar = api("/api/v1/jails?" + UNKNOWN + "=order-web", bearer).text();
        assertThat(similar).contains("externalId");
        assertThat(api("/api/v1/jails?x=1", bearer).text()).doesNotContain("similar");
    }

    @Test
    void findsCustomersByExternalId() throws Exception {
        String bearer = world.bearer("operator");
        String id = "c-" + world.first("hosts");
        jdbc.sql("UPDATE customer SET external_id = ? WHERE id = ?::uuid")
                .params(id, world.first("customers"))
                .update();
        JsonNode found =
                json.readTree(api("/api/v1/customers?externalId=" + id, bearer).text());
        assertThat(found.get("items")
                        .valueStream()
                        .map(customer -> customer.get("id").asString()))
                .isEqualTo(List.of(world.first("customers")));
        assertThat(json.readTree(api("/api/v1/customers?externalId=nobody", bearer)
                                .text())
                        .get("items"))
                .isEmpty();
    }

    /**
     * Every form and page rejects an unknown parameter, but none that the pages themselves send: with their forms, links and parts. The
     * forms are sent with an unknown parameter first, as this changes nothing that later ones need.
     */
    @Test
    void areRejectedByEveryFormAndPageAndInNoneOfThem() throws Exception {
        Requests requests = new Requests(new Random(3), description());
        List<String> rejected = new ArrayList<>();
        // A rollout waits for the hosts of its jails.
        try (AnsweringHosts _ = new AnsweringHosts(jdbc, reports, notifications)) {
            for (String person : List.of("nobody", "customer", "operator")) {
                // A form that sign-in carries is checked when it is sent again.
                List<PageForm> forms = Pages.of(client, world, person).stream()
                        .filter(form -> !form.path().startsWith("/carried/"))
                        .toList();
                for (PageForm form : forms) {
                    RawRequest unknown = requests.valid(form.with(UNKNOWN, "x"), world, person);

                    Answer answer = client.send(unknown);

                    if (!person.equals("nobody") && answer.status() != 403) {
                        assertThat(answer.status()).as(unknown.kind()).isEqualTo(400);
                        assertThat(answer.text())
                                .as(unknown.kind())
                                .contains(UNKNOWN)
                                .contains("<h1");
                        rejected.add(unknown.kind());
                    }
                }
                for (PageForm form : forms) {
                    Answer answer = client.send(requests.valid(form, world, person));
                    assertThat(answer.status() == 400 && answer.text().contains("unknown parameter"))
                            .as(form + " of " + person + " " + answer.text())
                            .isFalse();
                }
            }
        }
        assertThat(rejected).contains("POST /jails", "GET /jails", "GET /jails/live", "POST /account/tokens");
        assertThat(rejected.stream().distinct()).hasSizeGreaterThan(40);
    }

    private Answer api(String target, String bearer) throws IOException {
        return client.send(new RawRequest(
                "GET", target, List.of(new Header("Authorization", bearer)), new byte[0], false, "operator"));
    }

    private static RawRequest with(RawRequest request, String target, byte[] body) {
        return new RawRequest(request.method(), target, request.headers(), body, false, request.sender());
    }

    private JsonNode description() throws IOException {
        return JsonMapper.shared()
                .readTree(
                        client.send(new RawRequest("GET", "/api/openapi.json", List.of(), new byte[0], false, "nobody"))
                                .text());
    }
}
