package dev.bailiwick.server.jail.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.draft.CommandDraft;
import dev.bailiwick.jail.draft.DefinitionDraft;
import dev.bailiwick.jail.report.Condition;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.jail.report.Report;
import dev.bailiwick.jail.text.TimeText;
import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.RightMissing;
import dev.bailiwick.server.jail.JailActions;
import dev.bailiwick.server.jail.JailReports;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.command.JailRuns.JailRun;
import dev.bailiwick.server.jail.placement.NewJail;
import dev.bailiwick.server.jail.view.JailFilter;
import dev.bailiwick.server.jail.view.JailOrder;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.InvalidRequest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** A jail for one command is removed, whatever becomes of the command and of the server. */
@ServerTest
class JailRunsTest {

    /** Longer than a run waits for the start of its jail, if no notification of it comes. */
    private static final Duration LONG = JailRuns.TO_START.multipliedBy(2);

    @Autowired
    private JailRuns runs;

    @Autowired
    private RunLeftovers leftovers;

    @Autowired
    private JailActions actions;

    @Autowired
    private Jails jails;

    @Autowired
    private JailReports reports;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private Fleet.Fixtures fixtures;

    private CustomerId customer;
    private HostId host;

    @BeforeEach
    void aHost() {
        customer = fixtures.customer();
        host = fixtures.connectedHostWithPool();
    }

    private NewJail jail() {
        return new NewJail(customer, Optional.of(host), Optional.empty(), Fleet.named("once"));
    }

    private static CommandDraft command(@Nullable Integer timeout, String... argv) {
        return new CommandDraft(List.of(argv), Map.of(), null, null, null, timeout, null, null, null);
    }

    private CompletableFuture<Failure> begin() {
        CompletableFuture<Failure> failure = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                failure.completeExceptionally(new AssertionError(
                        "it ran: " + runs.run(Fleet.OPERATOR, new JailRun(jail(), command(1, "/bin/true")))));
            } catch (Failure e) {
                failure.complete(e);
            } catch (InterruptedException | RuntimeException e) {
                failure.completeExceptionally(e);
            }
        });
        return failure;
    }

    private Optional<JailView> found() {
        JailFilter filter = new JailFilter(
                Optional.of(host), Optional.empty(), Optional.empty(), Optional.empty(), List.of(), Optional.empty());
        return jails.list(Fleet.OPERATOR, filter, JailOrder.parse("-created"), Optional.empty(), 10).jails().stream()
                .findFirst();
    }

    private JailView awaitJail() {
        await().atMost(LONG).until(() -> found().isPresent());
        return found().orElseThrow();
    }

    @Test
    void removesTheJailIfItDoesNotStart() throws Exception {
        CompletableFuture<Failure> failure = begin();
        JailView jail = awaitJail();
        Instant now = Instant.now();
        List<Condition> conditions = List.of(
                new Condition("StartFailed", "the program /x does not exist; next try at " + TimeText.of(now), now),
                new Condition("CommandNotFound", "there is no such program", now));
        reports.apply(
                host,
                List.of(new Report(jail.id(), 1, Phase.REFUSED, OptionalInt.empty(), 0, conditions, List.of(), now)));

        Failure refused = failure.get(LONG.toSeconds(), TimeUnit.SECONDS);
        assertThat(refused).isInstanceOf(RunNotStarted.class);
        assertThat(refused.type().slug()).isEqualTo("run-refused");
        assertThat(refused.type().status()).isEqualTo(422);
        assertThat(refused.type().retryable()).isFalse();
        assertThat(refused.detail()).endsWith("the program /x does not exist; there is no such program");
        assertThat(found().orElseThrow().retiredAt()).isPresent();
    }

    @Test
    void removesTheJailIfTheCommandFails() throws Exception {
        CompletableFuture<Failure> failure = begin();
        JailView jail = awaitJail();
        reports.apply(host, List.of(Fleet.report(jail.id(), 1, Phase.RUNNING, Instant.now())));

        assertThat(failure.get(LONG.toSeconds(), TimeUnit.SECONDS)).isInstanceOf(JailNotRunning.class);
        assertThat(found().orElseThrow().retiredAt()).isPresent();
    }

    @Test
    void recordsTheCommandWithTheJail() throws Exception {
        CompletableFuture<Failure> failure = begin();
        JailView jail = awaitJail();

        assertThat(jdbc.sql(
                                "SELECT action FROM unsealed_event WHERE subject_id = :id UNION ALL SELECT action FROM audit_event WHERE subject_id = :id")
                        .param("id", jail.id().toString())
                        .query(String.class)
                        .list())
                .contains("jail.command-run");
        reports.apply(host, List.of(Fleet.report(jail.id(), 1, Phase.REFUSED, Instant.now())));
        assertThat(failure.get(LONG.toSeconds(), TimeUnit.SECONDS)).isInstanceOf(RunNotStarted.class);
    }

    @Test
    void namesTheFieldOfTheCommandThatDoesNotFitTheJail() {
        DefinitionDraft named = Fleet.named("once");
        DefinitionDraft full =
                new DefinitionDraft(named.name(), null, null, null, null, null, null, variables("JAIL_"), null, null);
        CommandDraft command =
                new CommandDraft(List.of("/bin/true"), variables("COMMAND_"), null, null, null, null, null, null, null);
        NewJail jail = new NewJail(customer, Optional.of(host), Optional.empty(), full);

        assertThatThrownBy(() -> runs.run(Fleet.OPERATOR, new JailRun(jail, command)))
                .isInstanceOfSatisfying(
                        InvalidRequest.class,
                        invalid -> assertThat(invalid.violations())
                                .extracting(Violation::pointer)
                                .containsExactly("/environment"));
        assertThat(found()).isEmpty();
    }

    private static Map<String, @Nullable String> variables(String prefix) {
        Map<String, @Nullable String> all = new LinkedHashMap<>();
        for (int i = 0; i < 200; i++) {
            all.put(prefix + i, "x");
        }
        return all;
    }

    @Test
    void removesWhatIsLeftOfRunsWhoseServerHasEnded() throws Exception {
        JailId id = Jails.fresh();
        JailView left =
                jails.define(Fleet.OPERATOR, id, jail(), Duration.ZERO, _ -> leftovers.note(Fleet.OPERATOR, id));

        leftovers.removeAll();
        assertThat(found().orElseThrow().retiredAt()).isEmpty();
        jdbc.sql("UPDATE jail_run SET expires_at = now() - interval '1 second' WHERE jail_id = ?")
                .param(left.id().value())
                .update();
        // It does nothing while another replica does it.
        await().atMost(LONG).untilAsserted(() -> {
            leftovers.removeAll();
            assertThat(found().orElseThrow().retiredAt()).isPresent();
        });
    }

    @Test
    void keepsTheResultOfARunIfItsJailCannotBeRemovedYet() {
        JdbcClient away = JdbcClient.create(new DriverManagerDataSource("jdbc:away"));
        RunLeftovers failing = new RunLeftovers(away, actions, Clock.systemUTC());
        assertThatCode(() -> failing.remove(Fleet.OPERATOR, Jails.fresh(), false))
                .doesNotThrowAnyException();
    }

    @Test
    void leavesJailsThatAreNotForOneCommand() {
        JailView other = jails.define(Fleet.OPERATOR, jail());
        leftovers.remove(Fleet.OPERATOR, other.id(), false);
        assertThat(found().orElseThrow().retiredAt()).isEmpty();
    }

    @Test
    void definesNothingForACommandThatIsNotValid() {
        assertThatThrownBy(() -> runs.run(Fleet.OPERATOR, new JailRun(jail(), command(0, "true"))))
                .isInstanceOfSatisfying(
                        InvalidRequest.class,
                        invalid -> assertThat(invalid.violations())
                                .extracting(Violation::pointer)
                                .containsExactlyInAnyOrder("/command", "/timeout"));
        assertThat(found()).isEmpty();
    }

    @Test
    void namesTheFieldsOfTheJailBelowIt() {
        NewJail wrong = new NewJail(customer, Optional.of(host), Optional.empty(), Fleet.named("Not a name"));
        assertThatThrownBy(() -> runs.run(Fleet.OPERATOR, new JailRun(wrong, command(1, "/bin/true"))))
                .isInstanceOfSatisfying(
                        InvalidRequest.class,
                        invalid -> assertThat(invalid.violations())
                                .extracting(Violation::pointer)
                                .contains("/jail/name")
                                .allMatch(pointer -> pointer.startsWith("/jail/")));
    }

    @Test
    void isForThoseWhoMayDefineJails() {
        assertThatThrownBy(() -> runs.run(Fleet.somebodyOf(customer), new JailRun(jail(), command(1, "/bin/true"))))
                .isInstanceOf(RightMissing.class);
    }
}
