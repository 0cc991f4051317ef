package dev.bailiwick.server.jail;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static dev.bailiwick.server.Fleet.named;
import static dev.bailiwick.server.Fleet.report;
import static dev.bailiwick.server.Fleet.somebodyOf;
import static dev.bailiwick.server.Sealing.awaitSealed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.KeptFiles;
import dev.bailiwick.jail.RootPath;
import dev.bailiwick.jail.WantedState;
import dev.bailiwick.jail.desired.DesiredJail;
import dev.bailiwick.jail.desired.DesiredJail.FilesFate;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.jail.report.Report;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.Visitor;
import dev.bailiwick.server.WebTest;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.RightMissing;
import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.account.token.ApiTokens;
import dev.bailiwick.server.account.token.TokenRequest;
import dev.bailiwick.server.account.user.Membership;
import dev.bailiwick.server.account.user.User;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.jail.files.KeptFilesStore;
import dev.bailiwick.server.jail.intent.JailAlreadyExists;
import dev.bailiwick.server.jail.intent.JailNotFound;
import dev.bailiwick.server.jail.intent.JailRetired;
import dev.bailiwick.server.jail.intent.file.KeptFilesView;
import dev.bailiwick.server.jail.placement.NewJail;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.problem.InvalidRequest;
import dev.bailiwick.server.secret.SealingKey;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.session.SessionRepository;

/** The move of a jail to another customer: who can see it, what its host receives, and who owns its files. */
@WebTest
class JailMoveTest {

    private static final long FIRST_ID = 1_879_048_192L;
    private static final Duration SOON = Duration.ofSeconds(30);

    private final Instant now = Instant.now();

    @LocalServerPort
    private int port;

    @Autowired
    private Jails jails;

    @Autowired
    private JailActions actions;

    @Autowired
    private JailReports reports;

    @Autowired
    private DesiredStates desired;

    @Autowired
    private KeptFilesStore files;

    @Autowired
    private Users users;

    @Autowired
    private ApiTokens tokens;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private SessionRepository<?> sessions;

    @Autowired
    private SealingKey key;

    @Autowired
    private Fleet.Fixtures fixtures;

    private HostId host = new HostId(UUID.randomUUID());
    private CustomerId anna = new CustomerId(UUID.randomUUID());
    private CustomerId berta = new CustomerId(UUID.randomUUID());
    private JailView jail;

    @BeforeEach
    void aRunningJail() {
        host = fixtures.connectedHostWithPool();
        anna = fixtures.customer();
        berta = fixtures.customer();
        jail = jails.define(OPERATOR, new NewJail(anna, Optional.of(host), Optional.empty(), named("web")));
        reports.apply(host, List.of(report(jail.id(), 1, Phase.RUNNING, now)));
    }

    @Test
    void isSeenByItsNewCustomerAndNoMoreByTheOther() {
        JailView moved = actions.move(OPERATOR, jail.id(), berta);

        assertThat(moved.customer()).isEqualTo(berta);
        assertThat(moved.generation()).isEqualTo(2);
        assertThat(moved.definition()).isEqualTo(jail.definition());
        assertThat(jails.find(somebodyOf(berta), jail.id())).isEqualTo(moved);
        assertThatThrownBy(() -> jails.find(somebodyOf(anna), jail.id())).isInstanceOf(JailNotFound.class);
        assertThat(desired.since(host, 1).jails()).singleElement().satisfies(told -> {
            assertThat(told).isInstanceOf(DesiredJail.Present.class);
            assertThat(((DesiredJail.Present) told).owner()).isEqualTo(berta.toString());
        });
        assertThat(actions.move(OPERATOR, jail.id(), berta).generation())
                .as("a second move to the same customer")
                .isEqualTo(2);
        awaitSealed(jdbc);
        record Event(String action, String customer, String detail) {}
        assertThat(jdbc.sql(
                                "SELECT action, customer_id, detail::text AS detail FROM audit_event WHERE subject_id = ? ORDER BY id")
                        .param(jail.id().toString())
                        .query((row, number) -> new Event(
                                row.getString("action"), row.getString("customer_id"), row.getString("detail")))
                        .list())
                .filteredOn(event -> event.action().startsWith("jail.moved"))
                .satisfiesExactlyInAnyOrder(
                        away -> {
                            assertThat(away.action()).isEqualTo("jail.moved-away");
                            assertThat(away.customer()).isEqualTo(anna.toString());
                            assertThat(away.detail()).doesNotContain(berta.toString());
                        },
                        come -> {
                            assertThat(come.action()).isEqualTo("jail.moved");
                            assertThat(come.customer()).isEqualTo(berta.toString());
                            assertThat(come.detail()).doesNotContain(anna.toString());
                        });
    }

    @Test
    void takesItsFilesAlong() {
        String earlier = jail.definition().path().value() + "-earlier";
        jdbc.sql("INSERT INTO kept_files (host_id, path, customer_id, jail_id, kept_at) VALUES (?, ?, ?, ?, now())")
                .params(host.value(), earlier, anna.value(), jail.id().value())
                .update();

        actions.move(OPERATOR, jail.id(), berta);
        actions.retire(OPERATOR, jail.id(), FilesFate.KEPT);

        assertThat(desired.since(host, 2).jails())
                .as("even if the host has not received the move")
                .containsExactly(new DesiredJail.Removed(
                        jail.id(),
                        3,
                        jail.definition().path(),
                        jail.definition().base(),
                        FilesFate.KEPT,
                        berta.toString()));
        reports.apply(
                host,
                List.of(new Report(
                        jail.id(),
                        3,
                        Phase.REMOVED,
                        OptionalInt.empty(),
                        0,
                        List.of(),
                        List.of(),
                        now,
                        OptionalLong.of(FIRST_ID),
                        Optional.empty())));
        // An agent that does not know the owner in a removal lists the owner that it recorded earlier.
        files.replace(host, List.of(kept(jail.definition().path().value(), anna), kept(earlier, anna)));
        assertThat(files.list(somebodyOf(anna), Optional.of(host), Optional.empty(), Optional.empty(), 10))
                .isEmpty();
        assertThat(files.list(OPERATOR, Optional.of(host), Optional.empty(), Optional.empty(), 10))
                .extracting(KeptFilesView::path)
                .contains(earlier);
    }

    private KeptFiles kept(String path, CustomerId customer) {
        return new KeptFiles(jail.id(), new RootPath(path), customer.toString(), OptionalLong.of(FIRST_ID));
    }

    @Test
    void endsItsPageForTheFormerCustomerAtOnce() throws Exception {
        Visitor former = visitor(new Membership.Of(anna));
        Visitor operator = visitor(new Membership.Staff(Role.OWNER));
        String page = "/jails/" + jail.id();
        assertThat(former.get(page).statusCode()).isEqualTo(200);
        CompletableFuture<Void> watching = former.stream(page + "/live");
        CompletableFuture<Void> overseeing = operator.stream(page + "/live");

        actions.move(OPERATOR, jail.id(), berta);

        assertThat(watching).succeedsWithin(SOON);
        assertThat(overseeing).isNotDone();
        assertThat(former.get(page).statusCode()).isEqualTo(404);
        assertThat(former.get(page + "/live").statusCode()).isEqualTo(404);
        assertThat(former.get("/jails").body()).doesNotContain(jail.id().toString());
        assertThat(visitor(new Membership.Of(berta)).get(page).statusCode()).isEqualTo(200);
    }

    @Test
    void refusesWhatCannotBe() {
        jails.define(OPERATOR, new NewJail(berta, Optional.of(host), Optional.empty(), named("web")));
        assertThatThrownBy(() -> actions.move(OPERATOR, jail.id(), berta)).isInstanceOf(JailAlreadyExists.class);
        CustomerId gone = fixtures.customer();
        jdbc.sql("UPDATE customer SET retired_at = now(), retirement_final_at = now() WHERE id = ?")
                .param(gone.value())
                .update();
        for (CustomerId nobody : List.of(gone, new CustomerId(UUID.randomUUID()))) {
            assertThatThrownBy(() -> actions.move(OPERATOR, jail.id(), nobody))
                    .isInstanceOf(InvalidRequest.class)
                    .hasMessageContaining("/customer");
        }
        assertThatThrownBy(() -> actions.move(somebodyOf(anna), jail.id(), berta))
                .isInstanceOf(RightMissing.class);
        assertThatThrownBy(() -> actions.move(somebodyOf(berta), jail.id(), berta))
                .isInstanceOf(JailNotFound.class);
        actions.retire(OPERATOR, jail.id(), FilesFate.KEPT);
        assertThatThrownBy(() -> actions.move(OPERATOR, jail.id(), fixtures.customer()))
                .isInstanceOf(JailRetired.class);
    }

    @Test
    void endsARestartWithTheJailRunning() {
        actions.restart(OPERATOR, jail.id());
        actions.move(OPERATOR, jail.id(), berta);
        assertThat(desired.since(host, 2).jails())
                .singleElement()
                .satisfies(told -> assertThat(
                                ((DesiredJail.Present) told).definition().wanted())
                        .isEqualTo(WantedState.RUNNING));
    }

    @Test
    void movesByApi() throws Exception {
        User operator = user(new Membership.Staff(Role.OWNER));
        Caller caller = Caller.staff(operator.id(), operator.login(), operator.role());
        String token = tokens.issue(caller, new TokenRequest("move", Set.of(Scope.JAILS_READ, Scope.JAILS_WRITE), null))
                .secret();
        String wanted = "{\"customer\": \"" + berta + "\"}";

        assertThat(post(token, "{}", "a").statusCode()).isEqualTo(422);
        assertThat(post(token, wanted, "b", "If-Match", "\"9\"").statusCode()).isEqualTo(412);
        HttpResponse<String> moved = post(token, wanted, "c");
        assertThat(moved.statusCode()).as(moved.body()).isEqualTo(202);
        assertThat(moved.body()).contains("\"customer\":\"" + berta + "\"", "\"generation\":2");
        actions.move(OPERATOR, jail.id(), anna);
        HttpResponse<String> repeated = post(token, wanted, "c");
        assertThat(repeated.body()).as("the same answer").isEqualTo(moved.body());
        assertThat(jails.find(OPERATOR, jail.id()).customer())
                .as("the move is not repeated")
                .isEqualTo(anna);
    }

    private HttpResponse<String> post(String token, String body, String idempotencyKey, String... headers)
            throws Exception {
        HttpRequest.Builder request = new Visitor(port)
                .request("/api/v1/jails/" + jail.id() + "/move")
                .header("Authorization", "Bearer " + token)
                .header("Idempotency-Key", jail.id() + idempotencyKey)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return new Visitor(port).send(request);
    }

    @Test
    void movesOnAPageOnceItsNameIsTyped() throws Exception {
        Visitor operator = visitor(new Membership.Staff(Role.OWNER));
        String page = "/jails/" + jail.id() + "/move";
        assertThat(operator.get("/jails/" + jail.id() + "/settings").body()).contains("href=\"" + page + "\"");
        assertThat(visitor(new Membership.Of(anna)).get(page).statusCode()).isEqualTo(403);
        assertThat(visitor(new Membership.Of(berta)).get(page).statusCode()).isEqualTo(404);

        assertThat(operator.send(page, page, Map.of("customer", "", "confirm", "wib"))
                        .body())
                .contains("must be chosen", "is not the name of this jail", "value=\"wib\"");
        assertThat(jails.find(OPERATOR, jail.id()).customer()).isEqualTo(anna);
        assertThat(operator.send(page, page, Map.of("customer", berta.toString(), "confirm", "web"))
                        .statusCode())
                .isEqualTo(302);
        assertThat(jails.find(OPERATOR, jail.id()).customer()).isEqualTo(berta);
    }

    private User user(Membership membership) {
        return users.create(OPERATOR, "m-" + UUID.randomUUID(), "correct horse battery", membership);
    }

    private Visitor visitor(Membership membership) {
        Visitor visitor = new Visitor(port);
        visitor.signIn(sessions, key, user(membership));
        return visitor;
    }
}
