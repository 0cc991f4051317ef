package dev.bailiwick.server.jail.history;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static dev.bailiwick.server.Fleet.named;
import static dev.bailiwick.server.Fleet.report;
import static dev.bailiwick.server.Fleet.somebodyOf;
import static dev.bailiwick.server.Sealing.awaitSealed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.authentication;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.Labels;
import dev.bailiwick.jail.desired.DesiredJail.FilesFate;
import dev.bailiwick.jail.draft.DefinitionDraft;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.audit.AuditEvent;
import dev.bailiwick.server.jail.JailActions;
import dev.bailiwick.server.jail.JailReports;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.placement.NewJail;
import dev.bailiwick.server.jail.view.JailFilter;
import dev.bailiwick.server.jail.view.JailView;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;

/** Removed jails, and the callers who can find them. */
@ServerTest
class RemovedJailsTest {

    private final MockMvcTester mvc;
    private final Jails jails;
    private final JailActions actions;
    private final JailReports reports;
    private final RemovedJails removed;
    private final JdbcClient jdbc;
    private final HostId host;
    private final CustomerId anna;
    private final CustomerId berta;

    @Autowired
    RemovedJailsTest(
            MockMvc mvc,
            Jails jails,
            JailActions actions,
            JailReports reports,
            RemovedJails removed,
            JdbcClient jdbc,
            Fleet.Fixtures fixtures) {
        this.mvc = MockMvcTester.create(mvc);
        this.jails = jails;
        this.actions = actions;
        this.reports = reports;
        this.removed = removed;
        this.jdbc = jdbc;
        this.host = fixtures.connectedHostWithPool();
        this.anna = fixtures.customer();
        this.berta = fixtures.customer();
    }

    @Test
    void keepsWhatAJailWasAndWhatWasDoneToIt() {
        JailView jail = remove("web");
        String address = jail.definition().addresses().v4().orElseThrow().toString();

        RemovedJail found = removed.find(somebodyOf(anna), jail.id()).orElseThrow();
        assertThat(found.name()).isEqualTo("web");
        assertThat(found.addresses()).contains(address);
        assertThat(found.filesKept()).isTrue();
        assertThat(found.removedAt()).isAfterOrEqualTo(found.retiredAt());
        awaitSealed(jdbc);
        assertThat(removed.history(somebodyOf(anna), found))
                .extracting(AuditEvent::action)
                .containsExactly("jail.removed", "jail.retired", "jail.stopped", "jail.created");
        for (String text : List.of("we", address, jail.id().toString().substring(0, 13))) {
            assertThat(list(somebodyOf(anna), text)).as(text).containsExactly(jail.id());
        }
        assertThat(list(OPERATOR, address)).contains(jail.id());
    }

    @Test
    void showsThemToTheirCustomerAndToNoOther() {
        JailView jail = remove("web");
        awaitSealed(jdbc);

        assertThat(list(somebodyOf(berta), "")).isEmpty();
        assertThat(removed.count(somebodyOf(berta), JailFilter.ALL).count()).isZero();
        assertThat(removed.find(somebodyOf(berta), jail.id())).isEmpty();
        assertThat(get(somebodyOf(berta), "/api/v1/removed-jails/" + jail.id())).hasStatus(404);
        assertThat(get(somebodyOf(berta), "/jails/" + jail.id())).hasStatus(404);
        assertThat(get(somebodyOf(anna), "/api/v1/removed-jails/" + jail.id()))
                .hasStatusOk()
                .bodyJson()
                .doesNotHavePath("$.path")
                .doesNotHavePath("$.history[0].actor")
                .extractingPath("$.history[0].action")
                .isEqualTo("jail.removed");
        assertThat(get(OPERATOR, "/api/v1/removed-jails/" + jail.id()))
                .bodyJson()
                .extractingPath("$.history[1].actor")
                .isEqualTo(OPERATOR.actor());
        assertThat(get(somebodyOf(anna), "/jails/" + jail.id()))
                .hasStatusOk()
                .bodyText()
                .contains("Removed", "Retired", "90 days")
                .doesNotContain(jail.definition().path().value(), OPERATOR.login());
        assertThat(get(somebodyOf(anna), "/jails?phase=removed")).bodyText().contains("/jails/" + jail.id(), "90 days");
    }

    @Test
    void saysOfAJailThatIsStillThereNothing() {
        JailView jail = define("web");
        actions.retire(OPERATOR, jail.id(), FilesFate.KEPT);

        assertThat(removed.find(OPERATOR, jail.id()))
                .as("retired, but not removed yet")
                .isEmpty();
        assertThat(list(somebodyOf(anna), "")).isEmpty();
    }

    @Test
    void leadsThroughAllPagesForthAndBack() {
        for (int i = 0; i < 7; i++) {
            remove("web-" + i);
        }
        List<RemovedJail> all = new ArrayList<>();
        Optional<JailId> from = Optional.empty();
        Optional<JailId> previous;
        do {
            RemovedPage page = removed.list(somebodyOf(anna), JailFilter.ALL, from, 3);
            all.addAll(page.jails());
            previous = page.previous();
            from = page.next();
        } while (from.isPresent());

        assertThat(all)
                .extracting(RemovedJail::name)
                .containsExactly("web-6", "web-5", "web-4", "web-3", "web-2", "web-1", "web-0");
        assertThat(previous).contains(all.get(3).id());
        assertThat(removed.list(somebodyOf(anna), JailFilter.ALL, previous, 3).previous())
                .contains(all.get(0).id());
        assertThat(get(somebodyOf(anna), "/api/v1/removed-jails?limit=3&total=true"))
                .bodyJson()
                .extractingPath("$.total.count")
                .isEqualTo(7);
    }

    @Test
    void forgetsThemInTheEnd() {
        JailView old = remove("old");
        JailView young = remove("young");
        jdbc.sql("UPDATE removed_jail SET created_at = :at, retired_at = :at, removed_at = :at WHERE id = :id")
                .param(
                        "at",
                        java.sql.Timestamp.from(
                                Instant.now().minus(RemovedJails.KEPT).minusSeconds(60)))
                .param("id", old.id().value())
                .update();

        removed.forgetOld();

        assertThat(list(somebodyOf(anna), "")).containsExactly(young.id());
    }

    @Test
    void looksAtTenThousandWithoutReadingThemAll() {
        jdbc.sql("""
                        INSERT INTO removed_jail (id, customer_id, host_id, host_name, name, hostname, addresses, path, generation,
                            files_fate, created_at, retired_at, removed_at)
                        SELECT gen_random_uuid(), :customer, :host, 'rack', 'many-' || i, 'many', '{}', '/srv/' || i, 1, 'deleted',
                            now() - interval '3 days', now() - interval '2 days', now() - interval '1 day' + i * interval '1 s'
                        FROM generate_series(1, 10000) AS i
                        """)
                .param("customer", berta.value())
                .param("host", host.value())
                .update();
        jdbc.sql("ANALYZE removed_jail, jail").update();

        String plan = String.join(
                "\n",
                jdbc.sql("""
                                EXPLAIN SELECT r.*, u.name FROM removed_jail r JOIN customer u ON u.id = r.customer_id
                                WHERE NOT EXISTS (SELECT FROM jail j WHERE j.id = r.id AND NOT j.files_only)
                                AND r.customer_id = :customer ORDER BY r.removed_at DESC, r.id DESC LIMIT 51
                                """)
                        .param("customer", berta.value())
                        .query(String.class)
                        .list());
        assertThat(plan).contains("removed_jail_").doesNotContain("Seq Scan on removed_jail");
        assertThat(removed.count(OPERATOR, JailFilter.ALL).count()).isEqualTo(10_000);
        assertThat(removed.list(OPERATOR, JailFilter.ALL, Optional.empty(), 50).jails())
                .hasSize(50);
        assertThat(list(somebodyOf(berta), "many-9999")).hasSize(1);
        jdbc.sql("DELETE FROM removed_jail WHERE host_name = 'rack'").update();
    }

    @Test
    void findsThemByTheLabelsTheyHadLast() {
        JailView jail = define("labelled");
        Labels labels = new Labels(Map.of("team", "web", "ticket", "A, B=1"));
        jails.redefine(
                OPERATOR, jail.id(), 1, DefinitionDraft.of(jail.definition().with(labels)));
        actions.stop(OPERATOR, jail.id());
        actions.retire(OPERATOR, jail.id(), FilesFate.DELETED);
        reports.apply(host, List.of(report(jail.id(), 4, Phase.REMOVED, Instant.now())));

        assertThat(removed.find(OPERATOR, jail.id()).orElseThrow().labels()).isEqualTo(labels);
        for (String found : List.of("team", "team=web", "ticket=A, B=1", "team&label=ticket")) {
            assertThat(get(OPERATOR, "/api/v1/removed-jails?label=" + found))
                    .as(found)
                    .bodyJson()
                    .extractingPath("$.items[*].id")
                    .asArray()
                    .containsExactly(jail.id().toString());
        }
        for (String other : List.of("tea", "team=w", "team=web&label=tier")) {
            assertThat(get(OPERATOR, "/api/v1/removed-jails?label=" + other))
                    .as(other)
                    .bodyJson()
                    .extractingPath("$.items")
                    .asArray()
                    .isEmpty();
        }
        assertThat(get(OPERATOR, "/api/v1/removed-jails?label=-")).hasStatus(422);
        assertThat(get(OPERATOR, "/jails?phase=removed&label=team=web"))
                .bodyText()
                .contains("/jails/" + jail.id());
        assertThat(get(OPERATOR, "/jails/" + jail.id())).bodyText().contains("ticket=A, B=1");
    }

    private List<JailId> list(Caller caller, String text) {
        JailFilter filter = new JailFilter(
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                text.isEmpty() ? Optional.empty() : Optional.of(text));
        return removed.list(caller, filter, Optional.empty(), 1000).jails().stream()
                .map(RemovedJail::id)
                .toList();
    }

    private JailView define(String name) {
        return jails.define(OPERATOR, new NewJail(anna, Optional.of(host), Optional.empty(), named(name)));
    }

    private JailView remove(String name) {
        JailView jail = define(name);
        actions.stop(OPERATOR, jail.id());
        actions.retire(OPERATOR, jail.id(), FilesFate.KEPT);
        reports.apply(host, List.of(report(jail.id(), 3, Phase.REMOVED, Instant.now())));
        return jail;
    }

    private MvcTestResult get(Caller caller, String path) {
        var token = new TestingAuthenticationToken(caller, null, Fleet.authority(caller));
        token.setAuthenticated(true);
        return mvc.get().uri(path).with(authentication(token)).exchange();
    }
}
