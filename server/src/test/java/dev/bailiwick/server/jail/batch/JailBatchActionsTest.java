package dev.bailiwick.server.jail.batch;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static dev.bailiwick.server.Fleet.named;
import static dev.bailiwick.server.Fleet.report;
import static dev.bailiwick.server.Fleet.somebodyOf;
import static dev.bailiwick.server.Sealing.awaitSealed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.WantedState;
import dev.bailiwick.jail.desired.DesiredJail;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.server.ApiClient;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.audit.Audit;
import dev.bailiwick.server.audit.AuditEvent;
import dev.bailiwick.server.jail.DesiredStates;
import dev.bailiwick.server.jail.JailActions;
import dev.bailiwick.server.jail.JailReports;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.placement.NewJail;
import dev.bailiwick.server.jail.view.JailFilter;
import dev.bailiwick.server.jail.view.JailOrder;
import dev.bailiwick.server.jail.view.JailView;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.MediaType;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import tools.jackson.databind.JsonNode;

/** Batches of actions on existing jails. */
@ServerTest
class JailBatchActionsTest {

    @Autowired
    private ApiClient api;

    @Autowired
    private Jails jails;

    @Autowired
    private JailActions actions;

    @Autowired
    private JailReports reports;

    @Autowired
    private DesiredStates desired;

    @Autowired
    private Audit audit;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private Fleet.Fixtures fixtures;

    private HostId host = new HostId(UUID.randomUUID());
    private CustomerId customer = new CustomerId(UUID.randomUUID());
    private List<JailId> ids = List.of();

    @BeforeEach
    void createFourJails() {
        host = fixtures.connectedHostWithPool();
        customer = fixtures.customer();
        ids = IntStream.range(0, 4)
                .mapToObj(i -> jails.define(
                                OPERATOR,
                                new NewJail(customer, Optional.of(host), Optional.empty(), named("jail-" + i)))
                        .id())
                .toList();
    }

    @Test
    void startsStopsRestartsAndRemoves() {
        actions.stop(OPERATOR, ids.get(1));
        long revision = revision();

        MvcTestResult done = post(
                OPERATOR,
                "",
                action(0, "stop"),
                action(1, "start"),
                "",
                action(2, "restart"),
                action(3, "remove", ", \"files\": \"delete\""));

        assertThat(done).hasStatus(200).hasContentType("application/x-ndjson");
        List<JsonNode> results = api.lines(done);
        assertThat(results).extracting(result -> result.get("line").asInt()).containsExactly(1, 2, 4, 5);
        assertThat(results).extracting(result -> result.get("status").asInt()).containsExactly(200, 200, 200, 202);
        assertThat(results)
                .extracting(result -> result.get("generation").asLong())
                .containsExactly(2L, 3L, 2L, 2L);
        assertThat(find(0).definition().wanted()).isEqualTo(WantedState.STOPPED);
        assertThat(find(1).definition().wanted()).isEqualTo(WantedState.RUNNING);
        assertThat(find(2).definition().incarnation()).isEqualTo(1);
        assertThat(find(3).retiredAt()).isPresent();
        assertThat(revision()).as("one revision for all").isEqualTo(revision + 1);
        assertThat(desired.since(host, revision).jails())
                .hasSize(4)
                .filteredOn(DesiredJail.Removed.class::isInstance)
                .hasSize(1);
        awaitSealed(jdbc);
        assertThat(ids.stream().map(id -> latest(id).action()))
                .containsExactly("jail.stopped", "jail.started", "jail.restarted", "jail.retired");
        assertThat(latest(ids.get(3)).detail()).containsEntry("files", "deleted");
        assertThat(audit.firstBrokenLink()).isEmpty();
    }

    @Test
    void changesNothingThatIsSoAlready() {
        actions.stop(OPERATOR, ids.get(0));
        actions.retire(OPERATOR, ids.get(3), DesiredJail.FilesFate.KEPT);
        Map<String, Long> before = fixtures.everything();

        List<JsonNode> results =
                api.lines(post(OPERATOR, "", action(0, "stop"), action(1, "start"), action(3, "remove")));

        assertThat(results).extracting(result -> result.get("status").asInt()).containsExactly(200, 200, 202);
        assertThat(results)
                .extracting(result -> result.get("generation").asLong())
                .containsExactly(2L, 1L, 2L);
        assertThat(fixtures.everything()).isEqualTo(before);
    }

    @Test
    void changesNothingWhereOneLineIsBadAndNamesIt() {
        refuses(422, List.of("/2/action"), action(0, "stop"), action(1, "halt"));
        refuses(422, List.of("/1/id"), "{\"id\": \"x\", \"action\": \"stop\"}", action(1, "stop"));
        refuses(422, List.of("/1/id"), "{\"action\": \"stop\"}");
        refuses(422, List.of("/1/files"), action(0, "stop", ", \"files\": \"keep\""));
        refuses(422, List.of("/1/files"), action(0, "remove", ", \"files\": \"burn\""));
        refuses(422, List.of("/1/reason"), action(0, "stop", ", \"reason\": \"none\""));
        refuses(422, List.of("/2/id"), action(0, "stop"), action(0, "restart"));
        refuses(
                422,
                List.of("/2/action"),
                action(0, "stop"),
                "{\"name\": \"web\", \"customer\": \"" + customer + "\"}");
        refuses(422, List.of("/1"), "{\"id\": \"" + UUID.randomUUID() + "\", \"action\": \"stop\"}", action(1, "stop"));
        actions.retire(OPERATOR, ids.get(3), DesiredJail.FilesFate.KEPT);
        refuses(409, List.of("/2"), action(0, "stop"), action(3, "start"));
    }

    @Test
    void carriesOutTheOthersWhereThatIsAskedFor() {
        MvcTestResult done = post(
                OPERATOR,
                "?partial=true",
                "{\"id\": \"" + UUID.randomUUID() + "\", \"action\": \"stop\"}",
                action(0, "stop"),
                action(1, "halt"));

        assertThat(done).hasStatus(200);
        assertThat(api.lines(done))
                .extracting(result -> result.get("status").asInt())
                .containsExactly(404, 200, 422);
        assertThat(find(0).definition().wanted()).isEqualTo(WantedState.STOPPED);
    }

    @Test
    void letsCustomersActOnTheirOwnJailsAlone() {
        Caller stranger = somebodyOf(fixtures.customer());
        Map<String, Long> before = fixtures.everything();

        assertThat(api.lines(post(stranger, "?partial=true", action(0, "stop")))
                        .getFirst()
                        .get("status")
                        .asInt())
                .isEqualTo(404);
        assertThat(api.lines(post(stranger, "?partial=true", action(0, "remove")))
                        .getFirst()
                        .get("status")
                        .asInt())
                .isEqualTo(404);
        assertThat(api.lines(post(somebodyOf(customer), "?partial=true", action(0, "remove")))
                        .getFirst()
                        .get("status")
                        .asInt())
                .isEqualTo(403);
        assertThat(fixtures.everything()).isEqualTo(before);
        assertThat(post(somebodyOf(customer), "", action(0, "stop"), action(1, "stop")))
                .hasStatus(200);
        assertThat(find(1).definition().wanted()).isEqualTo(WantedState.STOPPED);
    }

    @Test
    void tellsCustomersWhatIsWrongWithALineThatCannotBeRead() {
        Caller caller = somebodyOf(customer);
        assertThat(post(caller, "", action(0, "halt")))
                .hasStatus(422)
                .bodyText()
                .contains("/1/action");
        assertThat(post(caller, "", "{", "")).hasStatus(422).bodyText().contains("is not JSON: column 2");
        assertThat(api.batch(caller, "", Map.of(), new byte[] {'{', (byte) 0xff, '}'}))
                .hasStatus(422)
                .bodyText()
                .contains("\"is not UTF-8\"");
    }

    @Test
    void readsNoMoreOfALineThanMemoryHolds() {
        Caller caller = somebodyOf(customer);
        for (String line :
                List.of("[".repeat(2_000), "[" + "{},".repeat(20_000) + "{}]", "{\"" + "x".repeat(60_000) + "\":1}")) {
            List<JsonNode> results = api.lines(post(caller, "?partial=true", line, action(0, "stop")));
            assertThat(results)
                    .extracting(result -> result.get("status").asInt())
                    .containsExactly(422, 200);
            assertThat(results.getFirst().at("/problem/detail").asString()).startsWith("has more than 20000 values");
        }
        assertThat(post(caller, "", " ".repeat(1 << 20), action(0, "stop"))).hasStatus(413);
        assertThat(post(OPERATOR, "", " ".repeat(1 << 20), action(0, "stop"))).hasStatus(200);
    }

    @Test
    void leavesRoomForChangesOfOneJail() throws Exception {
        String[] all = IntStream.range(0, 4).mapToObj(i -> action(i, "restart")).toArray(String[]::new);
        AtomicBoolean over = new AtomicBoolean();
        try (ExecutorService batches = Executors.newVirtualThreadPerTaskExecutor()) {
            try {
                for (int i = 0; i < 4; i++) {
                    var _ = batches.submit(() -> {
                        while (!over.get()) {
                            assertThat(post(OPERATOR, "", all)).hasStatus(200);
                        }
                    });
                }
                for (int i = 0; i < 10; i++) {
                    long before = find(0).generation();
                    assertThat(actions.restart(OPERATOR, ids.get(0)).generation())
                            .isGreaterThan(before);
                }
            } finally {
                over.set(true);
            }
        }
    }

    @Test
    void waitsForTheHosts() {
        Thread.ofVirtual().start(this::removeSoon);
        List<JsonNode> results = api.lines(post(OPERATOR, "?wait=1m", action(0, "remove"), action(1, "remove")));
        assertThat(results).extracting(result -> result.get("status").asInt()).containsExactly(202, 202);
        assertThat(jails.list(OPERATOR, JailFilter.ALL, JailOrder.NEWEST_FIRST, Optional.empty(), 1000)
                        .jails())
                .extracting(JailView::id)
                .doesNotContain(ids.get(0), ids.get(1));
    }

    /** A host that has never connected has no jails, so nothing has to be removed from it. */
    @Test
    void forgetsWhatNoHostHas() {
        HostId never = fixtures.host();
        fixtures.pool(never);
        MvcTestResult created = post(
                OPERATOR,
                "",
                "{\"name\": \"web\", \"customer\": \"" + customer + "\", \"host\": \"" + never
                        + "\", \"path\": \"/srv/web\"}");
        String id = api.lines(created).getFirst().get("id").asString();

        List<JsonNode> results = api.lines(post(OPERATOR, "", "{\"id\": \"" + id + "\", \"action\": \"remove\"}"));

        assertThat(results.getFirst().get("status").asInt()).isEqualTo(204);
        assertThat(jdbc.sql("SELECT count(*) FROM jail WHERE host_id = ?")
                        .param(never.value())
                        .query(Integer.class)
                        .single())
                .isZero();
    }

    private void removeSoon() {
        await().until(() -> desired.since(host, 0).jails().stream()
                        .filter(DesiredJail.Removed.class::isInstance)
                        .count()
                == 2);
        ids.subList(0, 2).forEach(id -> reports.apply(host, List.of(report(id, 2, Phase.REMOVED, Instant.now()))));
    }

    private JailView find(int number) {
        return jails.find(OPERATOR, ids.get(number));
    }

    private AuditEvent latest(JailId id) {
        return audit.latest("jail", id.toString(), 1).getFirst();
    }

    private long revision() {
        return jdbc.sql("SELECT revision FROM host WHERE id = ?")
                .param(host.value())
                .query(Long.class)
                .single();
    }

    private String action(int number, String action) {
        return action(number, action, "");
    }

    private String action(int number, String action, String more) {
        return "{\"id\": \"" + ids.get(number) + "\", \"action\": \"" + action + "\"" + more + "}";
    }

    private void refuses(int status, List<String> pointers, String... lines) {
        Map<String, Long> before = fixtures.everything();
        MvcTestResult refused = post(OPERATOR, "", lines);
        assertThat(refused).hasStatus(status).hasContentType(MediaType.APPLICATION_PROBLEM_JSON);
        assertThat(api.json(refused)
                        .get("errors")
                        .valueStream()
                        .map(error -> error.get("pointer").asString()))
                .containsExactlyElementsOf(pointers);
        assertThat(fixtures.everything()).isEqualTo(before);
    }

    private MvcTestResult post(Caller caller, String query, String... lines) {
        return api.batch(caller, query, Map.of(), String.join("\n", lines).getBytes(StandardCharsets.UTF_8));
    }
}
