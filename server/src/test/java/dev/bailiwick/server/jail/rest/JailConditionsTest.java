package dev.bailiwick.server.jail.rest;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static dev.bailiwick.server.Fleet.report;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.desired.DesiredJail;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.server.LockWaits;
import dev.bailiwick.server.notification.Notifications.Subscription;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpMethod;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import tools.jackson.databind.JsonNode;

/** Conditions of changes (If-Match), and waiting for a host. */
class JailConditionsTest extends JailApi {

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
    void holdsEveryChangeToTheGenerationThatWasSeen() {
        String address = "/api/v1/jails/" + make("").get("id").asString();
        Map<String, Long> before = fixtures.everything();
        Map<String, String> stale = Map.of("If-Match", "\"7\"");

        assertThat(call(OPERATOR, HttpMethod.DELETE, address, stale, "")).hasStatus(412);
        for (String verb : List.of("/start", "/stop", "/restart")) {
            assertThat(call(OPERATOR, HttpMethod.POST, address + verb, stale, ""))
                    .as(verb)
                    .hasStatus(412);
        }
        assertThat(fixtures.everything()).isEqualTo(before);
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
    void carriesOutAllParallelChangesThatNeedNoGeneration() throws Exception {
        String id = make("").get("id").asString();
        String address = "/api/v1/jails/" + id;
        int changes = 30;
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<MvcTestResult>> answers = IntStream.range(0, changes)
                    .mapToObj(i -> threads.submit(() -> call(
                            OPERATOR,
                            i % 2 == 0 ? HttpMethod.PATCH : HttpMethod.PUT,
                            address,
                            i % 2 == 0 ? Map.of("Content-Type", MERGE_PATCH) : Map.of("If-Match", "*"),
                            i % 2 == 0 ? "{\"hostname\": \"h" + i + "\"}" : body(", \"hostname\": \"h" + i + "\""))))
                    .toList();
            for (Future<MvcTestResult> answer : answers) {
                assertThat(answer.get()).hasStatus(202);
            }
        }
        assertThat(generation(id)).isEqualTo(1 + changes);
    }

    @Test
    void makesNoGenerationOfAChangeThatChangesNothing() {
        JsonNode jail = make("""
                , "ip": ["%s5"], "command": ["/bin/sh", "-c", "true"], "labels": {"team": "web"},
                "limits": {"processes": 10},
                "policy": {"overrides": [
                    {"call": "ptrace", "decision": "deny", "reason": "why", "until": "2090-01-01T00:00:00.500Z"},
                    {"call": "bpf", "decision": "kill", "reason": "why"}]}
                """.formatted(pool));
        String address = "/api/v1/jails/" + jail.get("id").asString();
        Map<String, Long> before = fixtures.everything();
        for (String patch : List.of(
                "{}",
                "{\"hostname\": \"web\"}",
                "{\"labels\": {\"team\": \"web\", \"none\": null}}",
                "{\"limits\": {\"processes\": \"10\"}}",
                """
                {"policy": {"overrides": [
                    {"call": "bpf", "decision": "kill", "reason": "why"},
                    {"call": "ptrace", "decision": "deny:EPERM", "reason": "why", "until": "2090-01-01T00:00:00.5Z"}]}}
                """,
                jail.toString())) {
            MvcTestResult answer =
                    call(OPERATOR, HttpMethod.PATCH, address, Map.of("Content-Type", MERGE_PATCH), patch);
            assertThat(answer).as(patch).hasStatus(202);
            assertThat(json(answer).get("generation").asLong()).as(patch).isOne();
        }
        assertThat(call(OPERATOR, HttpMethod.PUT, address, Map.of("If-Match", "\"1\""), jail.toString()))
                .hasStatus(202);
        assertThat(fixtures.everything()).isEqualTo(before);
    }

    @Test
    void saysThatARequestMaySucceedOnceARemovedJailIsGone() {
        JsonNode jail = make(", \"path\": \"/var/lib/bailiwick/jails/leaving\", \"ip\": [\"" + pool + "7\"]");
        String address = "/api/v1/jails/" + jail.get("id").asString();
        String there = body(", \"path\": \"/var/lib/bailiwick/jails/leaving\", \"ip\": [\"" + pool + "8\"]")
                .replace("\"web\"", "\"next\"");
        String within = there.replace("leaving", "leaving/below");
        String addressed = body(", \"ip\": [\"" + pool + "7\"]").replace("\"web\"", "\"next\"");
        for (String body : List.of(there, within, addressed)) {
            assertThat(retryable(body)).as(body).isFalse();
        }
        assertThat(call(OPERATOR, HttpMethod.DELETE, address, Map.of(), "")).hasStatus(202);
        assertThat(retryable(there)).as("the customer takes over the files").isTrue();
        assertThat(retryable(within)).as("files are kept").isFalse();
        assertThat(retryable(addressed)).isTrue();
        assertThat(problem(there).get("type").asString()).endsWith("path-taken");
        jdbc.sql("UPDATE jail SET files_fate = 'deleted' WHERE id = ?::uuid")
                .param(jail.get("id").asString())
                .update();
        assertThat(retryable(within)).as("files are deleted").isTrue();
    }

    private boolean retryable(String body) {
        return problem(body).get("retryable").asBoolean();
    }

    private JsonNode problem(String body) {
        MvcTestResult refused = call(OPERATOR, HttpMethod.POST, "/api/v1/jails", Map.of(), body);
        assertThat(refused).as(body).hasStatus(409);
        return json(refused);
    }

    @Test
    void waitsUntilTheHostHasAppliedTheChange() {
        try (Subscription _ = notifications.onHostChanged(host, this::applyAll)) {
            MvcTestResult made = call(OPERATOR, HttpMethod.POST, "/api/v1/jails?wait=1m", Map.of(), body(""));
            assertThat(made).hasStatus(201);
            assertThat(json(made).at("/status/phase").asString()).isEqualTo("running");
            assertThat(json(made).at("/status/initPid").asInt()).isEqualTo(4711);

            String address = "/api/v1/jails/" + json(made).get("id").asString();
            MvcTestResult stopped = call(OPERATOR, HttpMethod.POST, address + "/stop?wait=PT1M", Map.of(), "");
            assertThat(stopped).hasStatus(200);
            assertThat(json(stopped).at("/status/phase").asString()).isEqualTo("stopped");
            MvcTestResult restarted = call(OPERATOR, HttpMethod.POST, address + "/restart?wait=1m", Map.of(), "");
            assertThat(restarted).hasStatus(200);
            assertThat(tag(restarted)).startsWith("\"3-");
            assertThat(json(restarted).at("/status/phase").asString()).isEqualTo("running");
            assertThat(call(OPERATOR, HttpMethod.DELETE, address + "?files=delete&wait=1m", Map.of(), ""))
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
                Future<MvcTestResult> late = LockWaits.behind(jdbc, threads.submit(change));
                jdbc.sql("UPDATE jail SET generation = generation + 1 WHERE id = ?::uuid")
                        .param(jail)
                        .update();
                return late;
            }));
            return answer.get();
        }
    }

    private void applyAll() {
        Thread.ofVirtual()
                .start(() -> desired.since(host, 0).jails().forEach(jail -> {
                    Phase phase = switch (jail) {
                        case DesiredJail.Present kept ->
                            switch (kept.definition().wanted()) {
                                case RUNNING -> Phase.RUNNING;
                                case STOPPED -> Phase.STOPPED;
                            };
                        case DesiredJail.Removed _ -> Phase.REMOVED;
                    };
                    reports.apply(host, List.of(report(jail.id(), jail.generation(), phase, Instant.now())));
                }));
    }

    private void refusesQuery(String address) {
        Map<String, Long> before = fixtures.everything();
        assertThat(call(OPERATOR, HttpMethod.POST, address, Map.of(), body("")))
                .as(address)
                .hasStatus(422);
        assertThat(fixtures.everything()).isEqualTo(before);
    }
}
