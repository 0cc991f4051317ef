package dev.bailiwick.server.jail.rest;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static dev.bailiwick.server.Fleet.report;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.draft.DefinitionDraft;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.UserId;
import java.lang.reflect.RecordComponent;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpMethod;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import tools.jackson.databind.JsonNode;

class JailResourceTest extends JailApi {

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
                        {"host": "here", "name": "a b", "ip": ["nowhere"], "labels": {"a b": ""}, "environment": {"a=b": ""}}"""))
                .containsExactly("/host", "/customer", "/name", "/ip/0", "/environment/a=b", "/labels/a b");
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
        refuses(422, "/environment/A", body(", \"environment\": {\"A\": \"a\\u0000b\"}"));
        refuses(422, "/command/0", body(", \"command\": [\"/bin/a\\u0000b\"]"));
        assertThat(call(OPERATOR, HttpMethod.GET, "/api/v1/jails?q=a%00b", Map.of(), ""))
                .hasStatus(422);
    }

    /** Otherwise UTF-8 would make a question mark of it. */
    @Test
    void namesTheFieldWithHalfACharacter() {
        refuses(422, "/command/1", body(", \"command\": [\"/bin/echo\", \"a\\ud83e\"]"));
        refuses(422, "/environment/A", body(", \"environment\": {\"A\": \"\\udd80b\"}"));
        refuses(422, "/labels/a", body(", \"labels\": {\"a\": \"\\ud83e\"}"));
        refuses(422, "/externalId", body(", \"externalId\": \"\\ud83e\""));
        refuses(422, "/path", body(", \"path\": \"/var/lib/bailiwick/jails/\\ud83e\""));
        MvcTestResult password = call(OPERATOR, HttpMethod.POST, "/api/v1/users", Map.of(), """
                {"login": "half", "password": "\\ud83ecorrect horse battery", "role": "operator"}""");
        assertThat(password).hasStatus(422);
        assertThat(json(password).at("/errors/0/pointer").asString()).isEqualTo("/password");
    }

    @Test
    void refusesAnOverrideThatHasEnded() {
        refuses(422, "/policy/overrides/0/until", body("""
                , "policy": {"overrides": [
                    {"call": "ptrace", "decision": "allow", "reason": "gdb", "until": "2026-01-01T00:00:00Z"}]}"""));
    }

    @Test
    void carriesAPostOutOnceForOneKey() {
        UUID user = UUID.randomUUID();
        jdbc.sql("""
                        INSERT INTO app_user (id, login, password_hash, role, created_at) VALUES (?, ?, '', 'operator', now())
                        """).params(user, "operator-" + user).update();
        Caller caller = Caller.staff(new UserId(user), "olga", Role.OWNER);
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
    void hidesAJailOfAnotherCustomer() {
        JsonNode jail = make("");
        String address = "/api/v1/jails/" + jail.get("id").asString();
        Caller stranger = Fleet.somebodyOf(fixtures.customer());

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
        assertThat(call(OPERATOR, HttpMethod.PATCH, "/api/v1/jails/" + id, Map.of("Content-Type", MERGE_PATCH), """
                        {"limits": {"memory": "512MiB", "cpuMillis": 1500, "shm": "0.5G", "swap": 0, "cpus": "1,0", "bandwidthIn": "0.1G"}, "labels": {"team": "web"},
                         "stopSignal": "SIGQUIT", "stopTimeout": 60, "restartPolicy": "on-failure", "restartLimit": 5,
                        "user": "www-data", "workingDirectory": "/srv", "init": true,
                        "sysctls": {"kernel.sem": " 250 32000 32  0128"}, "privileges": "setuid", "console": "tty",
                        "additionalAddresses": ["ipv4"]}"""))
                .hasStatus(202);
        JsonNode shown = json(call(OPERATOR, HttpMethod.GET, "/api/v1/jails/" + id, Map.of(), ""));
        assertThat(shown.get("limits").toString())
                .isEqualTo(
                        "{\"memory\":536870912,\"cpuMillis\":1500,\"shm\":536870912,\"swap\":0,\"cpus\":\"0-1\",\"bandwidthIn\":100000000}");
        assertThat(shown.get("privileges").asString()).isEqualTo("setuid");
        assertThat(shown.get("console").asString()).isEqualTo("tty");
        assertThat(shown.get("sysctls").toString()).isEqualTo("{\"kernel.sem\":\"250 32000 32 128\"}");
        assertThat(shown.get("labels").toString()).isEqualTo("{\"team\":\"web\"}");
        assertThat(shown.get("restartPolicy").asString()).isEqualTo("on-failure");
        assertThat(shown.get("restartLimit").asInt()).isEqualTo(5);
        assertThat(shown.get("stopSignal").asString()).isEqualTo("QUIT");
        assertThat(shown.get("stopTimeout").isNumber()).isTrue();
        assertThat(shown.get("stopTimeout").asInt()).isEqualTo(60);
        assertThat(call(OPERATOR, HttpMethod.GET, "/jails/" + id + "/settings", Map.of(), ""))
                .bodyText()
                .contains("Started again unless it exited with 0", ">Yes<", "Size of /dev/shm");

        JsonNode schemas = json(call(OPERATOR, HttpMethod.GET, "/api/openapi.json", Map.of(), ""))
                .at("/components/schemas");
        for (RecordComponent field : DefinitionDraft.class.getRecordComponents()) {
            assertThat(shown.has(field.getName())).as(field.getName()).isTrue();
            assertThat(schemas.at("/JailDocument/properties").has(field.getName()))
                    .as(field.getName())
                    .isTrue();
            for (String schema : List.of("JailRequest", "JailDocument")) {
                assertThat(schemas.at("/" + schema + "/properties/" + field.getName() + "/description")
                                .asString(""))
                        .as(schema + " " + field.getName())
                        .isNotBlank();
            }
            assertThat(schemas.at("/JailRequest/properties").has(field.getName()))
                    .as(field.getName())
                    .isTrue();
        }
        assertThat(schemas.at("/JailRequest/properties").has("externalId")).isTrue();
        for (String field : List.of(
                "user",
                "workingDirectory",
                "runDirectories",
                "init",
                "nameServers",
                "searchDomains",
                "resolverOptions",
                "extraHosts")) {
            for (String schema : List.of("JailRequest", "JailDocument")) {
                assertThat(schemas.at("/" + schema + "/properties/" + field + "/description")
                                .asString())
                        .as(schema + " " + field)
                        .containsIgnoringCase("by default");
            }
        }
        assertThat(schemas.at("/LimitsDocument/properties/memory/type").toString())
                .contains("integer");
        for (String schema : List.of("JailDocument", "JailRequest")) {
            assertThat(schemas.at("/" + schema + "/properties/stopSignal/description")
                            .asString())
                    .contains("QUIT", "RTMIN+3", "By default TERM");
            JsonNode timeout = schemas.at("/" + schema + "/properties/stopTimeout");
            assertThat(timeout.get("type").toString()).contains("integer");
            assertThat(timeout.get("description").asString()).contains("1 to 3600 seconds", "by default 10");
        }
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

    @Test
    void describesTheItemsOfEachList() {
        JsonNode schemas = json(call(OPERATOR, HttpMethod.GET, "/api/openapi.json", Map.of(), ""))
                .at("/components/schemas");
        for (String items : List.of("Jail", "RemovedJail", "KeptFiles", "Difference", "Host", "Pool")) {
            assertThat(schemas.at("/" + items + "ListDocument/properties/items/items/$ref")
                            .asString())
                    .isEqualTo("#/components/schemas/" + items + "Document");
        }
    }
}
