package dev.bailiwick.server.jail.batch;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static dev.bailiwick.server.Fleet.report;
import static dev.bailiwick.server.Sealing.awaitNotified;
import static dev.bailiwick.server.Sealing.awaitSealed;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.server.ApiClient;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.audit.Audit;
import dev.bailiwick.server.jail.DesiredStates;
import dev.bailiwick.server.jail.JailReports;
import dev.bailiwick.server.notification.Notifications;
import dev.bailiwick.server.notification.Notifications.Subscription;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.MediaType;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import tools.jackson.databind.JsonNode;

@ServerTest
class JailBatchTest {

    @Autowired
    private ApiClient api;

    @Autowired
    private JailReports reports;

    @Autowired
    private DesiredStates desired;

    @Autowired
    private Notifications notifications;

    @Autowired
    private Audit audit;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private Fleet.Fixtures fixtures;

    @Autowired
    private Fleet.Paths paths;

    private HostId host = new HostId(UUID.randomUUID());
    private CustomerId customer = new CustomerId(UUID.randomUUID());
    private String pool = "";

    @BeforeEach
    void makeAHost() {
        host = fixtures.connectedHost();
        customer = fixtures.customer();
        pool = fixtures.pool(host);
    }

    @Test
    void storesEachLineInOrder() {
        MvcTestResult made =
                post("", line("one", ", \"ip\": \"%s9\"".formatted(pool)), "", line("two", """
                , "policy": {"overrides": [{"call": "ptrace", "decision": "allow", "reason": "gdb"},
                {"call": "bpf", "decision": "kill", "reason": "never"}]}""".replace("\n", " ")));

        assertThat(made).hasStatus(201).hasContentType(ApiClient.NDJSON);
        List<JsonNode> results = api.lines(made);
        assertThat(results).extracting(result -> result.get("line").asInt()).containsExactly(1, 3);
        assertThat(results).allSatisfy(result -> {
            assertThat(result.get("status").asInt()).isEqualTo(201);
            assertThat(result.get("generation").asLong()).isEqualTo(1);
        });
        JsonNode one = get(results.get(0));
        assertThat(one.get("name").asString()).isEqualTo("one");
        assertThat(one.at("/ip/0").asString()).isEqualTo(pool + "9");
        JsonNode two = get(results.get(1));
        assertThat(two.get("path").asString()).endsWith("/" + two.get("id").asString());
        assertThat(two.at("/ip/0").asString()).isEqualTo(pool + "1");
        assertThat(two.at("/policy/overrides/0/call").asString()).isEqualTo("ptrace");
        assertThat(two.at("/policy/overrides/1/call").asString()).isEqualTo("bpf");
        awaitSealed(jdbc);
        assertThat(audit.latest("jail", two.get("id").asString(), 1))
                .singleElement()
                .satisfies(event -> {
                    assertThat(event.action()).isEqualTo("jail.created");
                    assertThat(event.actor()).isEqualTo("user:anna");
                });
        assertThat(desired.since(host, 0).jails()).hasSize(2);
        assertThat(audit.firstBrokenLink()).isEmpty();
    }

    @Test
    void givesEachAnAddressOfItsOwnAsIfTheyCameOneByOne() {
        api.lines(post("", line("before", "")));
        MvcTestResult made = post(
                "",
                Stream.concat(
                                Stream.of(line("named", ", \"ip\": \"" + pool + "3\"")),
                                IntStream.range(0, 50).mapToObj(i -> line("jail-" + i, "")))
                        .toArray(String[]::new));

        assertThat(made).hasStatus(201);
        Set<String> addresses = new HashSet<>(
                jdbc.sql("""
                        SELECT host(a.address) FROM jail_address a JOIN jail j ON j.id = a.jail_id WHERE j.host_id = ?
                        """).param(host.value()).query(String.class).list());
        assertThat(addresses)
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.rangeClosed(1, 52).mapToObj(i -> pool + i).toList());
        JsonNode next = api.lines(post("", line("next", ""))).getFirst();
        assertThat(get(next).at("/ip/0").asString()).isEqualTo(pool + "53");
    }

    @Test
    void storesNothingWhereOneLineIsBadAndNamesIt() {
        refuses(422, List.of("/2/hostname"), line("one", ""), line("two", ", \"hostname\": \"-www\""));
        refuses(422, List.of("/1", "/3/customer"), "{\"name\":", line("two", ""), "{\"name\": \"three\"}");
        refuses(
                422,
                List.of("/1/ip/0", "/2/customer"),
                line("one", ", \"ip\": \"203.0.113.1\""),
                line("two", "").replace(customer.toString(), UUID.randomUUID().toString()),
                line("four", ""));
        refuses(
                422,
                List.of("/2/host"),
                line("one", ""),
                line("two", "").replace(host.toString(), customer.toString()));
        refuses(422, List.of("/2/path"), line("one", ""), line("two", ", \"path\": \"/etc\""));
        String path = "/var/lib/bailiwick/jails/link-" + host;
        paths.refuse(path, "leaves the directory through a link");
        refuses(422, List.of("/2/path"), line("one", ""), line("two", ", \"path\": \"" + path + "\""));
        refuses(422, List.of(""), "", " ");
    }

    @Test
    void refusesByLineWhatTwoLinesWant() {
        String ip = ", \"ip\": \"" + pool + "7\"";
        refuses(422, List.of("/3/ip/0"), line("one", ip), line("two", ""), line("three", ip));
        refuses(422, List.of("/2/name"), line("one", ""), line("one", ""));
        refuses(
                422,
                List.of("/2/externalId"),
                line("one", ", \"externalId\": \"4711\""),
                line("two", ", \"externalId\": \"4711\""));
        refuses(
                422,
                List.of("/2/path", "/3/path"),
                line("one", ", \"path\": \"/var/lib/bailiwick/jails/a/b\""),
                line("two", ", \"path\": \"/var/lib/bailiwick/jails/a\""),
                line("three", ", \"path\": \"/var/lib/bailiwick/jails/a/b/c\""),
                line("four", ", \"path\": \"/var/lib/bailiwick/jails/a/bc\""));
    }

    @Test
    void refusesByLineWhatAnotherJailHas() {
        assertThat(post("", line("web", """
                , "ip": "%s7", "externalId": "4711", "path": "/var/lib/bailiwick/jails/x/y\"""".formatted(pool)))).hasStatus(201);
        refuses(409, List.of("/2/ip/0"), line("one", ""), line("two", ", \"ip\": \"" + pool + "7\""));
        refuses(409, List.of("/1/name"), line("web", ""), line("two", ""));
        refuses(409, List.of("/1/externalId"), line("one", ", \"externalId\": \"4711\""), line("two", ""));
        refuses(409, List.of("/2/path"), line("one", ""), line("two", ", \"path\": \"/var/lib/bailiwick/jails/x\""));
    }

    @Test
    void storesTheOthersWhereThatIsAskedFor() {
        api.lines(post("", line("web", ", \"ip\": \"" + pool + "7\"")));
        MvcTestResult made = post(
                "?partial=true",
                line("one", ""),
                line("-", ""),
                line("web", ""),
                line("taken", ", \"ip\": \"" + pool + "7\""),
                line("two", ""));

        assertThat(made).hasStatus(200);
        List<JsonNode> results = api.lines(made);
        assertThat(results).extracting(result -> result.get("status").asInt()).containsExactly(201, 422, 409, 409, 201);
        assertThat(results.get(1).at("/problem/errors/0/pointer").asString()).isEqualTo("/name");
        assertThat(results.get(2).at("/problem/type").asString()).isEqualTo("/problems/jail-name-taken");
        assertThat(results.get(3).at("/problem/type").asString()).isEqualTo("/problems/address-taken");
        assertThat(get(results.get(4)).get("name").asString()).isEqualTo("two");
        assertThat(desired.since(host, 0).jails()).hasSize(3);
    }

    @Test
    void saysOfEachLineForWhichNoAddressIsLeft() {
        List<JsonNode> results = api.lines(post(
                "?partial=true",
                IntStream.range(0, 260).mapToObj(i -> line("jail-" + i, "")).toArray(String[]::new)));

        assertThat(results.subList(0, 254))
                .allMatch(result -> result.get("status").asInt() == 201);
        assertThat(results.subList(254, 260))
                .allMatch(result -> result.at("/problem/type").asString().equals("/problems/pools-exhausted"));
    }

    @Test
    void takesNoMoreThanTenThousandLines() {
        Map<String, Long> before = fixtures.everything();
        String[] lines = IntStream.rangeClosed(0, 10_000)
                .mapToObj(i -> line("jail-" + i, ""))
                .toArray(String[]::new);
        assertThat(post("", lines)).hasStatus(422);
        String[] large = IntStream.range(0, 300)
                .mapToObj(i -> line("jail-" + i, ", \"hostname\": \"" + "x".repeat(60_000) + "\""))
                .toArray(String[]::new);
        assertThat(post("", large)).hasStatus(413);
        assertThat(fixtures.everything()).isEqualTo(before);
    }

    @Test
    void isForOperatorsWhoMayWrite() {
        Map<String, Long> before = fixtures.everything();
        Caller looking =
                Caller.staff(new UserId(UUID.randomUUID()), "otto", Role.OWNER).with(Set.of(Scope.JAILS_READ));

        assertThat(call(Fleet.somebodyOf(customer), Map.of(), "", line("one", "")))
                .hasStatus(403);
        assertThat(call(looking, Map.of(), "", line("one", ""))).hasStatus(403);
        assertThat(fixtures.everything()).isEqualTo(before);
    }

    @Test
    void waitsUntilAllRunOrTheTimeIsUp() {
        String[] lines =
                IntStream.range(0, 40).mapToObj(i -> line("jail-" + i, "")).toArray(String[]::new);
        Instant begun = Instant.now();
        // Closed last, so that no report of these is under way when the next batch is sent.
        try (ExecutorService runs = Executors.newVirtualThreadPerTaskExecutor();
                Subscription _ = notifications.onHostChanged(host, () -> runs.execute(() -> runAll(begun)))) {
            long start = System.nanoTime();
            List<JsonNode> results = api.lines(post("?wait=1m", lines));
            assertThat(results)
                    .allMatch(result -> result.get("phase").asString().equals("running"));
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(50));
            // A notification that arrives later would find nobody to run it.
            awaitNotified(jdbc, notifications);
        }
        List<JsonNode> results = api.lines(post("?wait=50ms", line("late", "")));
        assertThat(results.getFirst().get("phase").asString()).isEqualTo("pending");
    }

    @Test
    void isCarriedOutOnceForOneKey() {
        UUID user = UUID.randomUUID();
        jdbc.sql("""
                        INSERT INTO app_user (id, login, password_hash, role, created_at) VALUES (?, ?, '', 'operator', now())
                        """).params(user, "operator-" + user).update();
        Caller caller = Caller.staff(new UserId(user), "olga", Role.OWNER);
        Map<String, String> key = Map.of("Idempotency-Key", UUID.randomUUID().toString());

        MvcTestResult first = call(caller, key, "", line("one", ""), line("two", ""));
        MvcTestResult second = call(caller, key, "", line("one", ""), line("two", ""));

        assertThat(first).hasStatus(201);
        assertThat(second).hasStatus(201).hasContentType(ApiClient.NDJSON).hasHeader("Idempotency-Replayed", "true");
        assertThat(api.lines(second)).isEqualTo(api.lines(first));
        assertThat(desired.since(host, 0).jails()).hasSize(2);
        assertThat(call(caller, key, "", line("one", ""), line("other", ""))).hasStatus(422);
    }

    @Test
    void storesAThousandWithAsManyStatementsAsAFew() {
        HostId wide = wideHost();

        int few =
                statementsOf(() -> assertThat(post("", lines(wide, "few", 10))).hasStatus(201));
        int many = statementsOf(
                () -> assertThat(post("", lines(wide, "many", 1_000))).hasStatus(201));

        assertThat(few).isPositive();
        // The number of statements depends on the parts of a batch, not on its lines.
        assertThat(many).isLessThan(2 * few);
        assertThat(desired.since(wide, 0).jails()).hasSize(1_010);
    }

    /** Returns the number of statements that this thread executes, according to Spring's log. */
    private static int statementsOf(Runnable work) {
        Logger logger = (Logger) LoggerFactory.getLogger(JdbcTemplate.class);
        String thread = Thread.currentThread().getName();
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        logger.setLevel(Level.DEBUG);
        logger.setAdditive(false);
        logger.addAppender(log);
        try {
            work.run();
        } finally {
            logger.detachAppender(log);
            logger.setAdditive(true);
            logger.setLevel(null);
        }
        return (int) log.list.stream()
                .filter(event -> event.getThreadName().equals(thread))
                .filter(event -> event.getFormattedMessage().contains("SQL"))
                .count();
    }

    private String[] lines(HostId onto, String name, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> line(name + "-" + i, "").replace(host.toString(), onto.toString()))
                .toArray(String[]::new);
    }

    private HostId wideHost() {
        HostId wide = fixtures.connectedHost();
        jdbc.sql("""
                        INSERT INTO address_pool (id, range, host_id, last_assigned, created_at)
                        VALUES (gen_random_uuid(), '100.64.0.0/16', ?, '100.64.0.0', now())
                        """).param(wide.value()).update();
        return wide;
    }

    /** May run for each notification: a jail that runs already has not begun to start again. */
    private void runAll(Instant begun) {
        desired.since(host, 0).jails().forEach(jail -> {
            reports.apply(host, List.of(report(jail.id(), jail.generation(), Phase.STARTING, begun)));
            reports.apply(host, List.of(report(jail.id(), jail.generation(), Phase.RUNNING, begun.plusSeconds(1))));
        });
    }

    private String line(String name, String more) {
        return "{\"name\": \"" + name + "\", \"customer\": \"" + customer + "\", \"host\": \"" + host + "\"" + more
                + "}";
    }

    private void refuses(int status, List<String> pointers, String... lines) {
        Map<String, Long> before = fixtures.everything();
        MvcTestResult refused = post("", lines);
        assertThat(refused).hasStatus(status).hasContentType(MediaType.APPLICATION_PROBLEM_JSON);
        assertThat(api.json(refused)
                        .get("errors")
                        .valueStream()
                        .map(error -> error.get("pointer").asString()))
                .containsExactlyElementsOf(pointers);
        assertThat(fixtures.everything()).isEqualTo(before);
    }

    private JsonNode get(JsonNode result) {
        return api.json(api.get(OPERATOR, "/api/v1/jails/" + result.get("id").asString()));
    }

    private MvcTestResult post(String query, String... lines) {
        return call(OPERATOR, Map.of(), query, lines);
    }

    private MvcTestResult call(Caller caller, Map<String, String> headers, String query, String... lines) {
        return api.batch(caller, query, headers, String.join("\n", lines).getBytes(StandardCharsets.UTF_8));
    }
}
