package dev.bailiwick.server.jail.rest;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static dev.bailiwick.server.Fleet.report;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.authentication;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.desired.Desired;
import dev.bailiwick.jail.draft.DefinitionDraft;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.jail.DesiredStates;
import dev.bailiwick.server.jail.JailReports;
import dev.bailiwick.server.notification.Notifications;
import dev.bailiwick.server.notification.Notifications.Subscription;
import java.lang.reflect.RecordComponent;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
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

@ServerTest
class JailResourceTest {

    private static final String MERGE_PATCH = "application/merge-patch+json";

    @Autowired
    private MockMvc mvc;

    @Autowired
    private JsonMapper json;

    @Autowired
    private JailReports reports;

    @Autowired
    private DesiredStates desired;

    @Autowired
    private Notifications notifications;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private TransactionOperations transactions;

    @Autowired
    private Fleet.Scene scene;

    private HostId host = new HostId(UUID.randomUUID());
    private CustomerId customer = new CustomerId(UUID.randomUUID());
    private String pool = "";

    @BeforeEach
    void makeAHost() {
        host = scene.connectedHost();
        customer = scene.customer();
        pool = scene.pool(host);
    }

    @Test
    void createsAJailOfWhatTheBodySays() {
        MvcTestResult made =
                call(OPERATOR, HttpMethod.POST, "/api/v1/jails", Map.of(), body("""
                , "hostname": "www.example.org", "path": "/var/lib/bailiwick/jails/%s", "ip": "%s5",
                "policy": {"overrides": [{"call": "ptrace", "decision": "allow", "reason": "gdb"}]},
                "command": ["/bin/httpd", "-f"], "environment": {"PORT": "80"},
                "limits": {"memory": "512MiB", "processes": 100}""".formatted(host, pool)));

        assertThat(made).hasStatus(201);
        assertThat(tag(made)).startsWith("\"1-");
        JsonNode jail = json(made);
        assertThat(made).hasHeader("Location", "/api/v1/jails/" + jail.get("id").asString());
        assertThat(jail.at("/ip/0").asString()).isEqualTo(pool + "5");
        assertThat(jail.at("/limits/memory").asLong()).isEqualTo(512L << 20);
        assertThat(jail.at("/policy/profile").asString()).isEqualTo("hosting");
        assertThat(jail.at("/policy/overrides/0/setBy").asString()).isEqualTo("anna");
        assertThat(jail.at("/status/phase").asString()).isEqualTo("pending");
        assertThat(jail.at("/command/1").asString()).isEqualTo("-f");
    }

    @Test
    void findsJailsByTheirLabelsWhichRestartNothing() {
        JsonNode jail = json(call(
                OPERATOR,
                HttpMethod.POST,
                "/api/v1/jails",
                Map.of(),
                body(", \"labels\": {\"team\": \"web, shop\", \"tier\": \"front\"}")));
        String address = "/api/v1/jails/" + jail.get("id").asString();
        assertThat(jail.at("/labels/team").asString()).isEqualTo("web, shop");
        String list = "/api/v1/jails?host=" + host;
        assertThat(labelled(list + "&label=team")).isOne();
        assertThat(labelled(list + "&label=team=web,%20shop&label=tier=front")).isOne();
        assertThat(labelled(list + "&label=team=web,%20shop&label=tier=back")).isZero();
        assertThat(labelled(list + "&label=tea")).isZero();
        assertThat(call(OPERATOR, HttpMethod.GET, list + "&label=a%20b", Map.of(), ""))
                .hasStatus(422)
                .bodyText()
                .contains("/label");

        JsonNode changed = json(call(
                OPERATOR,
                HttpMethod.PATCH,
                address,
                Map.of("Content-Type", "application/merge-patch+json", "If-Match", "\"1\""),
                "{\"labels\": {\"team\": null, \"tier\": \"back\"}}"));
        assertThat(changed.at("/restart/required").asBoolean()).isFalse();
        assertThat(changed.get("labels").propertyNames()).containsExactly("tier");
        assertThat(labelled(list + "&label=team")).isZero();
        assertThat(labelled(list + "&label=tier=back")).isOne();
        assertThat(desired.since(host, 0).jails())
                .singleElement()
                .isInstanceOfSatisfying(
                        Desired.Kept.class,
                        kept -> assertThat(kept.definition().labels().all()).isEqualTo(Map.of("tier", "back")));

        refuses(422, "/labels", body(", \"labels\": {\"a=b\": \"\"}"));
        refuses(422, "/labels/team", body(", \"labels\": {\"team\": null}"));
    }

    private int labelled(String list) {
        return json(call(OPERATOR, HttpMethod.GET, list, Map.of(), ""))
                .get("items")
                .size();
    }

    @Test
    void namesTheFieldInAProblemDocument() {
        refuses(422, "/hostname", body(", \"hostname\": \"-www\""));
        refuses(422, "/ip/0", body(", \"ip\": \"203.0.113.1\""));
        refuses(422, "/ip/0", body(", \"ip\": [\"nowhere\"]"));
        refuses(422, "/policy/overrides/0/call", body("""
                , "policy": {"overrides": [{"call": "teleport", "decision": "allow", "reason": "why not"}]}"""));
        refuses(422, "/path", body(", \"path\": \"/etc\""));
        refuses(422, "/hostnam", body(", \"hostnam\": \"www\""));
        refuses(422, "/limits/memory", body(", \"limits\": {\"memory\": \"much\"}"));
        refuses(422, "/policy/overrides/0", body(", \"policy\": {\"overrides\": [null]}"));
        refuses(422, "/customer", "{\"name\": \"web\", \"host\": \"" + host + "\"}");
        refuses(422, "/host", "{\"name\": \"web\", \"host\": \"here\", \"customer\": \"" + customer + "\"}");
        call(OPERATOR, HttpMethod.POST, "/api/v1/jails", Map.of(), body(", \"ip\": \"" + pool + "9\""));
        refuses(409, "/ip/0", body(", \"ip\": \"" + pool + "9\"").replace("web", "other"));
        refuses(409, "/name", body(""));
    }

    @Test
    void saysEverythingThatIsWrongWithANewJailInOneAnswer() {
        assertThat(pointers("{}")).containsExactly("/customer", "/name");
        assertThat(pointers("""
                        {"host": "here", "name": "a b", "ip": ["nowhere"], "labels": {"a b": ""}, "environment": {"a b": ""}}""")).containsExactly("/host", "/customer", "/name", "/ip/0", "/environment", "/labels");
        assertThat(call(OPERATOR, HttpMethod.GET, "/api/v1/jails?phase=gone", Map.of(), ""))
                .hasStatus(422)
                .bodyText()
                .contains("must be one of pending, starting, running");
    }

    private List<String> pointers(String body) {
        MvcTestResult refused = call(OPERATOR, HttpMethod.POST, "/api/v1/jails", Map.of(), body);
        assertThat(refused).as(body).hasStatus(422);
        return StreamSupport.stream(json(refused).get("errors").spliterator(), false)
                .map(error -> error.get("pointer").asString())
                .toList();
    }

    @Test
    void namesTheFieldWithACharacterThatNoDatabaseHolds() {
        refuses(422, "/externalId", body(", \"externalId\": \"a\\u0000b\""));
        refuses(422, "/externalId", body(", \"externalId\": \"a\\u001bb\""));
        String override = ", \"policy\": {\"overrides\": [{\"call\": \"ptrace\", \"decision\": \"allow\", ";
        refuses(422, "/policy/overrides/0/reason", body(override + "\"reason\": \"a\\u0000b\"}]}"));
        refuses(
                422,
                "/policy/overrides/0/until",
                body(override + "\"reason\": \"gdb\", \"until\": \"+1000000000-12-31T23:59:59Z\"}]}"));
        refuses(422, "/environment", body(", \"environment\": {\"A\": \"a\\u0000b\"}"));
        refuses(422, "/command", body(", \"command\": [\"/bin/a\\u0000b\"]"));
        assertThat(call(OPERATOR, HttpMethod.GET, "/api/v1/jails?q=a%00b", Map.of(), ""))
                .hasStatus(422);
    }

    @Test
    void carriesAPostOutOnceForOneKey() {
        UUID user = UUID.randomUUID();
        jdbc.sql("""
                        INSERT INTO app_user (id, login, password_hash, role, created_at) VALUES (?, ?, '', 'operator', now())
                        """).params(user, "operator-" + user).update();
        Caller caller = new Caller(new UserId(user), "olga", Role.OPERATOR, Optional.empty(), Role.OPERATOR.scopes());
        Map<String, String> key = Map.of("Idempotency-Key", UUID.randomUUID().toString());

        MvcTestResult first = call(caller, HttpMethod.POST, "/api/v1/jails", key, body(""));
        MvcTestResult second = call(caller, HttpMethod.POST, "/api/v1/jails", key, body(""));

        assertThat(first).hasStatus(201);
        assertThat(second).hasStatus(201);
        assertThat(json(second)).isEqualTo(json(first));
        assertThat(tag(second)).isEqualTo(tag(first));
        assertThat(desired.since(host, 0).jails()).hasSize(1);
        assertThat(call(caller, HttpMethod.POST, "/api/v1/jails", key, body(", \"hostname\": \"other\"")))
                .hasStatus(422);
    }

    @Test
    void replacesOnlyWhatWasSeen() {
        JsonNode jail = make("");
        String address = "/api/v1/jails/" + jail.get("id").asString();
        String replacement = jail.toString().replace("\"web\"", "\"www\"");

        assertThat(call(OPERATOR, HttpMethod.PUT, address, Map.of(), replacement))
                .hasStatus(428);
        assertThat(call(OPERATOR, HttpMethod.PUT, address, Map.of("If-Match", "\"7\""), replacement))
                .hasStatus(412);
        MvcTestResult replaced = call(OPERATOR, HttpMethod.PUT, address, Map.of("If-Match", "\"1\""), replacement);
        assertThat(replaced).hasStatus(202);
        assertThat(tag(replaced)).startsWith("\"2-");
        assertThat(json(replaced).get("name").asString()).isEqualTo("www");
        assertThat(json(replaced).get("ip")).isEqualTo(jail.get("ip"));
        assertThat(call(OPERATOR, HttpMethod.PUT, address, Map.of("If-Match", "\"1\""), replacement))
                .hasStatus(412);
    }

    @Test
    void tagsTheStatusTooAndHoldsChangesToTheDefinitionAlone() {
        JsonNode jail = make("");
        String address = "/api/v1/jails/" + jail.get("id").asString();
        String seen = tag(call(OPERATOR, HttpMethod.GET, address, Map.of(), ""));
        assertThat(call(OPERATOR, HttpMethod.GET, address, Map.of("If-None-Match", seen), ""))
                .hasStatus(304);

        reports.apply(host, List.of(report(JailId.parse(jail.get("id").asString()), 1, Phase.RUNNING, Instant.now())));

        MvcTestResult running = call(OPERATOR, HttpMethod.GET, address, Map.of("If-None-Match", seen), "");
        assertThat(running).hasStatus(200);
        assertThat(json(running).at("/status/phase").asString()).isEqualTo("running");
        assertThat(tag(running)).startsWith("\"1-").isNotEqualTo(seen);
        assertThat(call(OPERATOR, HttpMethod.POST, address + "/stop", Map.of("If-Match", seen), ""))
                .hasStatus(202);
        assertThat(call(OPERATOR, HttpMethod.POST, address + "/start", Map.of("If-Match", tag(running)), ""))
                .hasStatus(412);
        assertThat(call(OPERATOR, HttpMethod.POST, address + "/start", Map.of("If-Match", "\"2\""), ""))
                .hasStatus(202);
    }

    @Test
    void mergesAPatch() {
        JsonNode jail = make(", \"environment\": {\"A\": \"1\", \"B\": \"2\"}, \"limits\": {\"processes\": 7}");
        String address = "/api/v1/jails/" + jail.get("id").asString();

        MvcTestResult patched = call(OPERATOR, HttpMethod.PATCH, address, Map.of("Content-Type", MERGE_PATCH), """
                {"environment": {"A": null, "C": "3"}, "limits": null, "wanted": "stopped"}""");

        assertThat(patched).hasStatus(202);
        assertThat(tag(patched)).startsWith("\"2-");
        assertThat(json(patched).get("environment").toString()).isEqualTo("{\"B\":\"2\",\"C\":\"3\"}");
        assertThat(json(patched).at("/limits/processes").isMissingNode()).isTrue();
        assertThat(json(patched).get("wanted").asString()).isEqualTo("stopped");
        assertThat(json(patched).get("path")).isEqualTo(jail.get("path"));
        assertThat(call(
                        OPERATOR,
                        HttpMethod.PATCH,
                        address,
                        Map.of("Content-Type", MERGE_PATCH, "If-Match", "\"1\""),
                        "{\"wanted\": \"running\"}"))
                .hasStatus(412);
        MvcTestResult moved = call(
                OPERATOR,
                HttpMethod.PATCH,
                address,
                Map.of("Content-Type", MERGE_PATCH),
                "{\"host\": \"" + UUID.randomUUID() + "\"}");
        assertThat(moved).hasStatus(422);
        assertThat(json(moved).at("/errors/0/pointer").asString()).isEqualTo("/host");
    }

    @Test
    void holdsEveryChangeToTheGenerationThatWasSeen() {
        String address = "/api/v1/jails/" + make("").get("id").asString();
        Map<String, Long> before = scene.everything();
        Map<String, String> stale = Map.of("If-Match", "\"7\"");

        assertThat(call(OPERATOR, HttpMethod.DELETE, address, stale, "")).hasStatus(412);
        for (String verb : List.of("/start", "/stop", "/restart")) {
            assertThat(call(OPERATOR, HttpMethod.POST, address + verb, stale, ""))
                    .as(verb)
                    .hasStatus(412);
        }
        assertThat(scene.everything()).isEqualTo(before);
        assertThat(call(OPERATOR, HttpMethod.POST, address + "/stop", Map.of("If-Match", "\"7\", \"1\""), ""))
                .hasStatus(202);
        assertThat(call(OPERATOR, HttpMethod.DELETE, address, Map.of("If-Match", "*"), ""))
                .hasStatus(202);
    }

    @Test
    void letsNothingComeBetweenTheConditionAndTheChange() throws Exception {
        String id = make("").get("id").asString();
        String address = "/api/v1/jails/" + id;

        for (String change : List.of("DELETE ", "POST /stop", "POST /restart")) {
            long seen = generation(id);
            String[] parts = change.split(" ", 2);
            MvcTestResult late = meanwhileRedefined(
                    id,
                    () -> call(
                            OPERATOR,
                            HttpMethod.valueOf(parts[0]),
                            address + parts[1],
                            Map.of("If-Match", "\"" + seen + "\""),
                            ""));
            assertThat(late).as(change).hasStatus(412);
            assertThat(generation(id)).isEqualTo(seen + 1);
        }
    }

    @Test
    void triesAgainWhereAHostsReportCameBetweenAndAnyGenerationWillDo() throws Exception {
        String id = make("").get("id").asString();
        String address = "/api/v1/jails/" + id;

        MvcTestResult stopped =
                meanwhileRedefined(id, () -> call(OPERATOR, HttpMethod.POST, address + "/stop", Map.of(), ""));
        assertThat(stopped).hasStatus(202);
        assertThat(json(stopped).get("generation").asLong()).isEqualTo(3);
        MvcTestResult patched = meanwhileRedefined(
                id,
                () -> call(
                        OPERATOR,
                        HttpMethod.PATCH,
                        address,
                        Map.of("Content-Type", MERGE_PATCH),
                        "{\"hostname\": \"late\"}"));
        assertThat(patched).hasStatus(202);
        assertThat(json(patched).get("generation").asLong()).isEqualTo(5);
        MvcTestResult deleted = meanwhileRedefined(id, () -> call(OPERATOR, HttpMethod.DELETE, address, Map.of(), ""));
        assertThat(deleted).hasStatus(202);
    }

    @Test
    void waitsUntilTheHostHasAppliedTheChange() {
        try (Subscription _ = notifications.onHostChanged(host, this::applyAll)) {
            MvcTestResult made = call(OPERATOR, HttpMethod.POST, "/api/v1/jails?wait=10s", Map.of(), body(""));
            assertThat(made).hasStatus(201);
            assertThat(json(made).at("/status/phase").asString()).isEqualTo("running");
            assertThat(json(made).at("/status/initPid").asInt()).isEqualTo(4711);

            String address = "/api/v1/jails/" + json(made).get("id").asString();
            MvcTestResult stopped = call(OPERATOR, HttpMethod.POST, address + "/stop?wait=PT10S", Map.of(), "");
            assertThat(stopped).hasStatus(200);
            assertThat(json(stopped).at("/status/phase").asString()).isEqualTo("stopped");
            MvcTestResult restarted = call(OPERATOR, HttpMethod.POST, address + "/restart?wait=10s", Map.of(), "");
            assertThat(restarted).hasStatus(200);
            assertThat(tag(restarted)).startsWith("\"3-");
            assertThat(json(restarted).at("/status/phase").asString()).isEqualTo("running");
            assertThat(call(OPERATOR, HttpMethod.DELETE, address + "?files=delete&wait=10s", Map.of(), ""))
                    .hasStatus(204);
            assertThat(call(OPERATOR, HttpMethod.GET, address, Map.of(), "")).hasStatus(404);
        }
    }

    @Test
    void answersWhatIsStoredWhenTheTimeIsUp() {
        MvcTestResult made = call(OPERATOR, HttpMethod.POST, "/api/v1/jails?wait=50ms", Map.of(), body(""));
        assertThat(made).hasStatus(201);
        assertThat(json(made).at("/status/phase").asString()).isEqualTo("pending");

        String address = "/api/v1/jails/" + json(made).get("id").asString();
        assertThat(call(OPERATOR, HttpMethod.POST, address + "/stop?wait=50ms", Map.of(), ""))
                .hasStatus(202);
        assertThat(call(OPERATOR, HttpMethod.DELETE, address + "?wait=50ms", Map.of(), ""))
                .hasStatus(202);
        assertThat(json(call(OPERATOR, HttpMethod.GET, address, Map.of(), "")).has("retiredAt"))
                .isTrue();
        assertThat(call(OPERATOR, HttpMethod.POST, address + "/start", Map.of(), ""))
                .hasStatus(409);
        refusesQuery("/api/v1/jails?wait=long");
        refusesQuery("/api/v1/jails?wait=1h");
    }

    @Test
    void linksToTheNextPage() {
        for (int i = 0; i < 3; i++) {
            assertThat(call(OPERATOR, HttpMethod.POST, "/api/v1/jails", Map.of(), body("").replace("web", "web-" + i)))
                    .hasStatus(201);
        }
        MvcTestResult first = call(OPERATOR, HttpMethod.GET, "/api/v1/jails?limit=2&host=" + host, Map.of(), "");
        assertThat(json(first).get("items")).hasSize(2);
        String link = String.valueOf(first.getResponse().getHeader("Link"));
        assertThat(link).startsWith("</api/v1/jails?").endsWith(">; rel=\"next\"");
        MvcTestResult second = call(OPERATOR, HttpMethod.GET, link.substring(1, link.indexOf('>')), Map.of(), "");
        assertThat(json(second).at("/items/0/name").asString()).isEqualTo("web-0");
        String back = String.valueOf(second.getResponse().getHeader("Link"));
        assertThat(back).startsWith("</api/v1/jails?").endsWith(">; rel=\"prev\"");
        assertThat(json(call(OPERATOR, HttpMethod.GET, back.substring(1, back.indexOf('>')), Map.of(), ""))
                        .get("items"))
                .isEqualTo(json(first).get("items"));
    }

    @Test
    void sortsAndCountsWhereThatIsAskedFor() {
        for (String name : List.of("pear", "apple", "fig")) {
            make("", name);
        }
        String list = "/api/v1/jails?host=" + host;
        JsonNode sorted = json(call(OPERATOR, HttpMethod.GET, list + "&sort=-name&total=true&limit=1", Map.of(), ""));
        assertThat(sorted.at("/items/0/name").asString()).isEqualTo("pear");
        assertThat(sorted.at("/total/count").asInt()).isEqualTo(3);
        assertThat(sorted.at("/total/more").asBoolean()).isFalse();
        assertThat(json(call(OPERATOR, HttpMethod.GET, list, Map.of(), "")).has("total"))
                .isFalse();
        assertThat(call(OPERATOR, HttpMethod.GET, list + "&sort=weight", Map.of(), ""))
                .hasStatus(422)
                .bodyText()
                .contains("/sort");
    }

    @Test
    void linksToTheNextPageOfASearchWhateverItSays() {
        for (int i = 0; i < 3; i++) {
            make(", \"externalId\": \"order: %d of %s\"".formatted(i, host), "web-" + i);
        }
        String search = "/api/v1/jails?limit=2&q=order:%20&host=" + host;
        MvcTestResult first = call(OPERATOR, HttpMethod.GET, search, Map.of(), "");
        assertThat(json(first).get("items")).hasSize(2);
        String link = String.valueOf(first.getResponse().getHeader("Link"));
        assertThat(link).contains("q=order:%20&");
        MvcTestResult second = call(OPERATOR, HttpMethod.GET, link.substring(1, link.indexOf('>')), Map.of(), "");
        assertThat(json(second).get("items")).hasSize(1);
        assertThat(json(second).at("/items/0/name").asString()).isEqualTo("web-0");
    }

    @Test
    void hidesAJailOfAnotherCustomer() {
        JsonNode jail = make("");
        String address = "/api/v1/jails/" + jail.get("id").asString();
        Caller stranger = Fleet.somebodyOf(scene.customer());

        assertThat(call(stranger, HttpMethod.GET, address, Map.of(), "")).hasStatus(404);
        assertThat(call(stranger, HttpMethod.POST, address + "/stop", Map.of(), ""))
                .hasStatus(404);
        assertThat(call(stranger, HttpMethod.DELETE, address, Map.of(), "")).hasStatus(404);
        assertThat(call(stranger, HttpMethod.GET, "/api/v1/jails/" + UUID.randomUUID(), Map.of(), ""))
                .hasStatus(404);
        assertThat(call(stranger, HttpMethod.GET, "/api/v1/jails/none", Map.of(), ""))
                .hasStatus(404);
        Caller owner = Fleet.somebodyOf(customer);
        assertThat(call(owner, HttpMethod.GET, address, Map.of(), "")).hasStatus(200);
        assertThat(call(owner, HttpMethod.POST, address + "/stop", Map.of(), ""))
                .hasStatus(202);
        assertThat(call(owner, HttpMethod.DELETE, address, Map.of(), "")).hasStatus(403);
    }

    @Test
    void showsAndDescribesEveryFieldOfADefinition() {
        String id = make("").get("id").asString();
        assertThat(call(
                        OPERATOR,
                        HttpMethod.PATCH,
                        "/api/v1/jails/" + id,
                        Map.of("Content-Type", MERGE_PATCH),
                        "{\"limits\": {\"memory\": \"512MiB\", \"cpuMillis\": 1500}, \"labels\": {\"team\": \"web\"}}"))
                .hasStatus(202);
        JsonNode shown = json(call(OPERATOR, HttpMethod.GET, "/api/v1/jails/" + id, Map.of(), ""));
        assertThat(shown.get("limits").toString()).isEqualTo("{\"memory\":536870912,\"cpuMillis\":1500}");
        assertThat(shown.get("labels").toString()).isEqualTo("{\"team\":\"web\"}");

        JsonNode schemas = json(call(OPERATOR, HttpMethod.GET, "/api/openapi.json", Map.of(), ""))
                .at("/components/schemas");
        for (RecordComponent field : DefinitionDraft.class.getRecordComponents()) {
            assertThat(shown.has(field.getName())).as(field.getName()).isTrue();
            assertThat(schemas.at("/JailDocument/properties").has(field.getName()))
                    .as(field.getName())
                    .isTrue();
            assertThat(schemas.at("/WantedJail/properties").has(field.getName()))
                    .as(field.getName())
                    .isTrue();
        }
        assertThat(schemas.at("/WantedJail/properties").has("externalId")).isTrue();
        assertThat(schemas.at("/LimitsDocument/properties/memory/type").toString())
                .contains("integer");
    }

    @Test
    void tellsOperatorsAloneWhereOnTheHostAJailIs() {
        JailId id = JailId.parse(make("").get("id").asString());
        reports.apply(host, List.of(report(id, 1, Phase.RUNNING, Instant.now())));

        JsonNode theirs = json(call(OPERATOR, HttpMethod.GET, "/api/v1/jails/" + id, Map.of(), ""));
        assertThat(theirs.has("path")).isTrue();
        assertThat(theirs.at("/status/initPid").asInt()).isEqualTo(4711);
        Caller owner = Fleet.somebodyOf(customer);
        JsonNode page = json(call(owner, HttpMethod.GET, "/api/v1/jails", Map.of(), ""));
        JsonNode stopped = json(call(owner, HttpMethod.POST, "/api/v1/jails/" + id + "/stop", Map.of(), ""));
        for (JsonNode told : List.of(page.at("/items/0"), stopped)) {
            assertThat(told.get("id").asString()).isEqualTo(id.toString());
            assertThat(told.has("path")).isFalse();
            assertThat(told.get("status").has("initPid")).isFalse();
        }
    }

    private static String tag(MvcTestResult result) {
        return String.valueOf(result.getResponse().getHeader("ETag"));
    }

    private long generation(String id) {
        return jdbc.sql("SELECT generation FROM jail WHERE id = ?::uuid")
                .param(id)
                .query(Long.class)
                .single();
    }

    /**
     * Gives the jail another generation after the change has read the jail, and while the change waits for the host's
     * row.
     */
    private MvcTestResult meanwhileRedefined(String jail, Callable<MvcTestResult> change) throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<MvcTestResult> answer = Objects.requireNonNull(transactions.execute(_ -> {
                jdbc.sql("SELECT id FROM host WHERE id = ? FOR UPDATE")
                        .param(host.value())
                        .query((row, number) -> number)
                        .list();
                Future<MvcTestResult> late = threads.submit(change);
                await().until(this::someoneWaits);
                jdbc.sql("UPDATE jail SET generation = generation + 1 WHERE id = ?::uuid")
                        .param(jail)
                        .update();
                return late;
            }));
            return answer.get();
        }
    }

    private boolean someoneWaits() {
        return jdbc.sql("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
                .query(Boolean.class)
                .single();
    }

    private void applyAll() {
        Thread.ofVirtual()
                .start(() -> desired.since(host, 0).jails().forEach(jail -> {
                    Phase phase = switch (jail) {
                        case Desired.Kept kept ->
                            switch (kept.definition().wanted()) {
                                case RUNNING -> Phase.RUNNING;
                                case STOPPED -> Phase.STOPPED;
                            };
                        case Desired.Removed _ -> Phase.REMOVED;
                    };
                    reports.apply(host, List.of(report(jail.id(), jail.generation(), phase, Instant.now())));
                }));
    }

    private String body(String more) {
        return "{\"name\": \"web\", \"customer\": \"" + customer + "\", \"host\": \"" + host + "\"" + more + "}";
    }

    private JsonNode make(String more) {
        return make(more, "web");
    }

    private JsonNode make(String more, String name) {
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

    private void refuses(int status, String pointer, String body) {
        Map<String, Long> before = scene.everything();
        MvcTestResult refused = call(OPERATOR, HttpMethod.POST, "/api/v1/jails", Map.of(), body);
        assertThat(refused).as(body).hasStatus(status).hasContentType(MediaType.APPLICATION_PROBLEM_JSON);
        assertThat(json(refused).at("/errors/0/pointer").asString()).isEqualTo(pointer);
        assertThat(scene.everything()).isEqualTo(before);
    }

    private void refusesQuery(String address) {
        Map<String, Long> before = scene.everything();
        assertThat(call(OPERATOR, HttpMethod.POST, address, Map.of(), body("")))
                .as(address)
                .hasStatus(422);
        assertThat(scene.everything()).isEqualTo(before);
    }

    private JsonNode json(MvcTestResult result) {
        return json.readTree(result.getResponse().getContentAsByteArray());
    }

    private MvcTestResult call(
            Caller caller, HttpMethod method, String address, Map<String, String> headers, String body) {
        return call(caller, method, URI.create(address), headers, body);
    }

    private MvcTestResult call(
            Caller caller, HttpMethod method, URI address, Map<String, String> headers, String body) {
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
