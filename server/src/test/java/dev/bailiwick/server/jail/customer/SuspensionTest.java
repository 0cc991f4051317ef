package dev.bailiwick.server.jail.customer;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static dev.bailiwick.server.Fleet.named;
import static dev.bailiwick.server.Fleet.report;
import static dev.bailiwick.server.Fleet.somebodyOf;
import static dev.bailiwick.server.Sealing.awaitSealed;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.WantedState;
import dev.bailiwick.jail.desired.DesiredJail;
import dev.bailiwick.jail.report.Condition;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.jail.report.Report;
import dev.bailiwick.server.ApiClient;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.jail.DesiredStates;
import dev.bailiwick.server.jail.JailActions;
import dev.bailiwick.server.jail.JailReports;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.intent.CustomerSuspensions;
import dev.bailiwick.server.jail.placement.NewJail;
import dev.bailiwick.server.jail.view.JailView;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpMethod;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import org.springframework.transaction.support.TransactionOperations;

/** A suspended customer: what its hosts receive, what is refused, and what a lifted suspension starts again. */
@ServerTest
class SuspensionTest {

    private static final String WHY = "unpaid since May";
    private static final Caller BILLING = Caller.staff(new UserId(UUID.randomUUID()), "bill", Role.BILLING);
    private static final Caller SUPPORT = Caller.staff(new UserId(UUID.randomUUID()), "sam", Role.SUPPORT);

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
    private CustomerSuspensions suspensions;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private TransactionOperations transactions;

    @Autowired
    private Fleet.Fixtures fixtures;

    private HostId host = new HostId(UUID.randomUUID());
    private CustomerId customer = CustomerId.fresh();
    private JailId running = new JailId(UUID.randomUUID());
    private JailId stopped = new JailId(UUID.randomUUID());
    private JailId done = new JailId(UUID.randomUUID());
    private JailId foreign = new JailId(UUID.randomUUID());

    @BeforeEach
    void fourJails() {
        host = fixtures.connectedHostWithPool();
        customer = fixtures.customer();
        running = define(customer, "running");
        stopped = define(customer, "stopped");
        done = define(customer, "done");
        foreign = define(fixtures.customer(), "foreign");
        actions.stop(OPERATOR, stopped);
        Instant now = Instant.now();
        reports.apply(
                host,
                List.of(
                        report(running, 1, Phase.RUNNING, now),
                        report(stopped, 2, Phase.STOPPED, now),
                        new Report(
                                done,
                                1,
                                Phase.STOPPED,
                                OptionalInt.empty(),
                                0,
                                List.of(new Condition(Condition.COMPLETED, "init exited with status 0", now)),
                                List.of(),
                                now)));
    }

    private JailId define(CustomerId of, String name) {
        return jails.define(OPERATOR, new NewJail(of, Optional.of(host), Optional.empty(), named(name)))
                .id();
    }

    private String address() {
        return "/api/v1/customers/" + customer;
    }

    private MvcTestResult suspend(Caller caller) {
        return api.call(caller, HttpMethod.POST, address() + "/suspend", "{\"reason\": \"" + WHY + "\"}");
    }

    private MvcTestResult lift(Caller caller) {
        return api.call(caller, HttpMethod.POST, address() + "/unsuspend", "");
    }

    /** Returns the wanted state of each jail that is sent to the host. */
    private Map<JailId, WantedState> told(long since) {
        Map<JailId, WantedState> told = new HashMap<>();
        for (DesiredJail jail : desired.since(host, since).jails()) {
            told.put(jail.id(), ((DesiredJail.Present) jail).definition().wanted());
        }
        return told;
    }

    private long revision() {
        return desired.since(host, 0).revision();
    }

    private List<String> events() {
        awaitSealed(jdbc);
        return jdbc.sql(
                        "SELECT action || ' ' || detail::text || CASE WHEN customer_id IS NULL THEN ' staff' ELSE '' END FROM audit_event WHERE subject_id = ? ORDER BY id")
                .param(customer.toString())
                .query((row, number) -> row.getString(1))
                .list();
    }

    @Test
    void stopsItsJailsAndStartsThoseAgainThatRan() {
        long before = revision();

        MvcTestResult suspended = suspend(BILLING);
        assertThat(suspended).hasStatus(200);
        assertThat(api.json(suspended).get("suspensionReason").asString()).isEqualTo(WHY);

        assertThat(told(before))
                .as("those that are wanted running have another generation")
                .isEqualTo(Map.of(running, WantedState.STOPPED, done, WantedState.STOPPED));
        assertThat(told(0))
                .as("everything")
                .isEqualTo(Map.of(
                        running,
                        WantedState.STOPPED,
                        stopped,
                        WantedState.STOPPED,
                        done,
                        WantedState.STOPPED,
                        foreign,
                        WantedState.RUNNING));
        JailView seen = jails.find(somebodyOf(customer), running);
        assertThat(seen.suspended()).isTrue();
        assertThat(seen.generation()).isEqualTo(2);
        assertThat(seen.retiredAt()).isEmpty();
        assertThat(jails.find(OPERATOR, stopped).generation()).isEqualTo(2);
        long between = revision();

        MvcTestResult lifted = lift(BILLING);
        assertThat(lifted).hasStatus(200);
        assertThat(api.json(lifted).path("suspendedAt").isMissingNode()
                        || api.json(lifted).path("suspendedAt").isNull())
                .isTrue();

        assertThat(told(between)).isEqualTo(Map.of(running, WantedState.RUNNING));
        assertThat(told(0).get(done)).as("it had done its work").isEqualTo(WantedState.STOPPED);
        assertThat(jails.find(OPERATOR, running).suspended()).isFalse();
        assertThat(events())
                .containsExactlyInAnyOrder(
                        "customer.suspension-explained {\"reason\": \"" + WHY + "\"} staff",
                        "customer.suspended {\"jails\": 1}",
                        "customer.unsuspended {\"jails\": 1}");
    }

    @Test
    void repeatedChangesNothingButTheReason() {
        assertThat(suspend(OPERATOR)).hasStatus(200);
        long once = revision();
        assertThat(suspend(OPERATOR)).hasStatus(200);
        assertThat(api.call(OPERATOR, HttpMethod.POST, address() + "/suspend", "{\"reason\": \"still unpaid\"}"))
                .hasStatus(200);
        assertThat(revision()).isEqualTo(once);
        assertThat(events()).hasSize(3);

        assertThat(lift(OPERATOR)).hasStatus(200);
        long lifted = revision();
        assertThat(lift(OPERATOR)).hasStatus(200);
        assertThat(revision()).isEqualTo(lifted);
        assertThat(events()).hasSize(4);
    }

    @Test
    void refusesEveryChangeAndShowsTheReasonToStaffOnly() {
        suspend(OPERATOR);
        String jail = "/api/v1/jails/" + running;
        for (String action : List.of("start", "stop", "restart")) {
            for (JailId one : List.of(running, stopped)) {
                refused(OPERATOR, HttpMethod.POST, "/api/v1/jails/" + one + "/" + action, "", WHY);
            }
        }
        refused(OPERATOR, HttpMethod.PATCH, jail, "{\"hostname\": \"other\"}", WHY);
        refused(OPERATOR, HttpMethod.PATCH, jail, "{\"wanted\": \"running\"}", WHY);
        refused(OPERATOR, HttpMethod.POST, jail + "/move", "{\"customer\": \"" + fixtures.customer() + "\"}", WHY);
        refused(
                OPERATOR,
                HttpMethod.POST,
                "/api/v1/jails/" + foreign + "/move",
                "{\"customer\": \"" + customer + "\"}",
                "is suspended");
        refused(
                OPERATOR,
                HttpMethod.POST,
                "/api/v1/jails",
                "{\"name\": \"new\", \"customer\": \"" + customer + "\", \"host\": \"" + host + "\"}",
                "is suspended");
        MvcTestResult batch = api.batch(
                OPERATOR,
                "",
                Map.of(),
                ("{\"id\": \"" + stopped + "\", \"action\": \"start\"}\n").getBytes(StandardCharsets.UTF_8));
        assertThat(api.lines(batch).toString()).contains("is suspended: " + WHY);

        Caller owner = somebodyOf(customer);
        assertThat(api.get(owner, jail)).hasStatus(200);
        MvcTestResult start = api.call(owner, HttpMethod.POST, jail + "/start", "");
        assertThat(start).hasStatus(409);
        assertThat(start).bodyText().contains("customer-suspended").doesNotContain(WHY);
        assertThat(api.get(owner, jail))
                .bodyText()
                .contains("CustomerSuspended")
                .doesNotContain(WHY);
        assertThat(jails.find(OPERATOR, running).generation()).isEqualTo(2);
    }

    private void refused(Caller caller, HttpMethod method, String address, String body, String why) {
        MvcTestResult answer = api.call(caller, method, address, body);
        assertThat(answer).as(method + " " + address + " " + body).hasStatus(409);
        assertThat(answer).bodyText().contains("customer-suspended", why);
    }

    @Test
    void letsStaffRemoveJails() {
        suspend(OPERATOR);
        assertThat(api.call(OPERATOR, HttpMethod.DELETE, "/api/v1/jails/" + running, ""))
                .hasStatus(202);
    }

    @Test
    void isForStaffWithTheRight() {
        for (Caller caller : List.of(SUPPORT, somebodyOf(customer))) {
            assertThat(suspend(caller)).hasStatus(403);
            assertThat(lift(caller)).hasStatus(403);
        }
        assertThat(api.call(OPERATOR, HttpMethod.POST, address() + "/suspend", "{\"reason\": \" \"}"))
                .hasStatus(422);
        assertThat(jails.find(OPERATOR, running).suspended()).isFalse();
    }

    /** Whoever comes first, nothing runs when the customer is suspended, and nobody waits for another forever. */
    @Test
    void overtakesNoChange() throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            for (int round = 0; round < 10; round++) {
                String name = "round-" + round;
                HostId elsewhere = fixtures.connectedHostWithPool();
                JailId jail = define(customer, name);
                List<Future<?>> all = new ArrayList<>();
                all.add(threads.submit(() -> suspensions.suspend(OPERATOR, customer, WHY)));
                all.add(threads.submit(
                        () -> api.call(OPERATOR, HttpMethod.POST, "/api/v1/jails/" + stopped + "/start", "")));
                all.add(threads.submit(() -> api.call(
                        OPERATOR,
                        HttpMethod.POST,
                        "/api/v1/jails",
                        "{\"name\": \"new-" + name + "\", \"customer\": \"" + customer + "\", \"host\": \"" + elsewhere
                                + "\"}")));
                all.add(threads.submit(() -> api.call(
                        OPERATOR, HttpMethod.PATCH, "/api/v1/jails/" + jail, "{\"hostname\": \"h-" + name + "\"}")));
                for (Future<?> one : all) {
                    one.get(30, TimeUnit.SECONDS);
                }
                for (HostId each : List.of(host, elsewhere)) {
                    assertThat(desired.since(each, 0).jails())
                            .filteredOn(
                                    told -> ((DesiredJail.Present) told).owner().equals(customer.toString()))
                            .allMatch(told ->
                                    ((DesiredJail.Present) told).definition().wanted() == WantedState.STOPPED);
                }
                suspensions.lift(OPERATOR, customer);
            }
        }
    }

    /** Undone afterwards, because the jails have no addresses. */
    @Test
    void takesTheSameStatementsForManyJails() {
        transactions.executeWithoutResult(undone -> {
            undone.setRollbackOnly();
            jdbc.sql("""
                            INSERT INTO jail (id, customer_id, host_id, name, generation, revision, hostname, path, base, profile,
                                command, environment, wanted, created_at, updated_at)
                            SELECT gen_random_uuid(), customer_id, host_id, 'many-' || n, 1, 1, 'many', '/srv/many-' || id || n,
                                base, profile, command, environment, 'running', created_at, updated_at
                            FROM jail, generate_series(1, 3000) AS n WHERE id = ?
                            """).param(running.value()).update();

            suspensions.suspend(OPERATOR, customer, WHY);
            assertThat(count("suspended AND wanted = 'running' AND generation = 2"))
                    .isEqualTo(3001);
            suspensions.lift(OPERATOR, customer);
            assertThat(count("NOT suspended AND wanted = 'running' AND generation = 3"))
                    .isEqualTo(3001);
        });
    }

    private long count(String condition) {
        return jdbc.sql("SELECT count(*) FROM jail WHERE customer_id = ? AND " + condition)
                .param(customer.value())
                .query(Long.class)
                .single();
    }
}
