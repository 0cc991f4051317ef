package dev.bailiwick.server.jail.files;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static dev.bailiwick.server.Fleet.at;
import static dev.bailiwick.server.Fleet.named;
import static dev.bailiwick.server.Fleet.somebodyOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.KeptFiles;
import dev.bailiwick.jail.RootPath;
import dev.bailiwick.jail.desired.DesiredJail;
import dev.bailiwick.jail.desired.DesiredJail.FilesFate;
import dev.bailiwick.jail.desired.PreviousFiles;
import dev.bailiwick.jail.draft.DefinitionDraft;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.jail.report.Report;
import dev.bailiwick.server.ApiClient;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.host.HostConnections;
import dev.bailiwick.server.jail.DesiredStates;
import dev.bailiwick.server.jail.JailActions;
import dev.bailiwick.server.jail.JailReports;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.batch.BatchLine;
import dev.bailiwick.server.jail.batch.BatchOutcome;
import dev.bailiwick.server.jail.batch.JailBatches;
import dev.bailiwick.server.jail.intent.BatchMode;
import dev.bailiwick.server.jail.intent.JailNotFound;
import dev.bailiwick.server.jail.intent.KeptFilesView;
import dev.bailiwick.server.jail.intent.PathHoldsFiles;
import dev.bailiwick.server.jail.placement.NewJail;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.problem.Failure;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpMethod;
import org.springframework.test.web.servlet.assertj.MvcTestResult;

/** The files that removed jails left: their owners, who may not use them, and their deletion. */
@ServerTest
class KeptFilesResourceTest {

    private static final long FIRST_ID = 1_879_048_192L;

    @Autowired
    private ApiClient api;

    @Autowired
    private Jails jails;

    @Autowired
    private JailActions actions;

    @Autowired
    private JailBatches batches;

    @Autowired
    private JailReports reports;

    @Autowired
    private KeptFilesStore files;

    @Autowired
    private DesiredStates desired;

    @Autowired
    private HostConnections connections;

    @Autowired
    private Fleet.Fixtures fixtures;

    private HostId host = new HostId(UUID.randomUUID());
    private CustomerId anna = new CustomerId(UUID.randomUUID());
    private CustomerId berta = new CustomerId(UUID.randomUUID());

    @BeforeEach
    void makeAHost() {
        host = fixtures.connectedHostWithPool();
        connections.countIdRanges(host, 100, 0);
        anna = fixtures.customer();
        berta = fixtures.customer();
    }

    @Test
    void keepsThemForTheirCustomer() {
        JailView left = leave("web");
        String path = left.definition().path().value();

        assertThat(list(OPERATOR)).singleElement().satisfies(kept -> {
            assertThat(kept.path()).isEqualTo(path);
            assertThat(kept.customer()).hasValue(anna);
            assertThat(kept.jail()).isEqualTo(left.id());
            assertThat(kept.firstHostId()).hasValue(FIRST_ID);
        });
        assertThat(list(somebodyOf(anna))).hasSize(1);
        assertThat(list(somebodyOf(berta))).isEmpty();
        for (String other : List.of(path, path + "/below", "/var/lib/bailiwick/jails")) {
            if (!other.endsWith("/jails")) {
                assertThatThrownBy(() -> define(berta, at(named("db"), other)))
                        .as(other)
                        .isInstanceOf(PathHoldsFiles.class);
            }
        }
        assertThatThrownBy(() -> define(anna, at(named("db"), path + "/below"))).isInstanceOf(PathHoldsFiles.class);
        JailView other = define(berta, named("other"));
        assertThatThrownBy(() -> jails.redefine(OPERATOR, other.id(), 1, at(named("other"), path)))
                .isInstanceOf(PathHoldsFiles.class);

        JailView heir = define(anna, at(named("web"), path));
        assertThat(list(OPERATOR)).as("in use again").isEmpty();
        jails.redefine(OPERATOR, heir.id(), 1, at(named("web"), path));
    }

    @Test
    void refusesThemToOthersInABatchToo() throws Exception {
        String path = leave("web").definition().path().value();
        assertThat(batch(berta, path))
                .isInstanceOfSatisfying(
                        BatchOutcome.Refused.class,
                        refused -> assertThat(refused.why()).isInstanceOf(PathHoldsFiles.class));
        assertThat(batch(anna, path)).isInstanceOf(BatchOutcome.Stored.class);
    }

    private BatchOutcome batch(CustomerId customer, String path) throws InterruptedException {
        NewJail jail = new NewJail(customer, Optional.of(host), Optional.empty(), at(named("db"), path));
        return batches.define(OPERATOR, List.of(new BatchLine.Legible(1, jail)), BatchMode.PARTIAL, Optional.empty())
                .getFirst();
    }

    @Test
    void deletesThemByRemovingTheirJailOnceMore() throws Exception {
        JailView left = leave("web");
        UUID id = list(OPERATOR).getFirst().id();
        assertThat(api.call(somebodyOf(anna), HttpMethod.DELETE, "/api/v1/kept-files/" + id, ""))
                .hasStatus(403);

        MvcTestResult deleting = api.call(OPERATOR, HttpMethod.DELETE, "/api/v1/kept-files/" + id, "");

        assertThat(deleting)
                .hasStatus(202)
                .bodyJson()
                .extractingPath("$.deleting")
                .isEqualTo(true);
        assertThatThrownBy(() -> jails.find(OPERATOR, left.id())).isInstanceOf(JailNotFound.class);
        assertThat(desired.since(host, 2).jails())
                .containsExactly(new DesiredJail.Removed(
                        left.id(),
                        3,
                        left.definition().path(),
                        left.definition().base(),
                        FilesFate.DELETED,
                        anna.toString()));
        files.delete(OPERATOR, id);
        assertThat(desired.since(host, 3).jails())
                .as("the second request changes nothing")
                .isEmpty();
        assertThatThrownBy(() ->
                        define(berta, at(named("db"), left.definition().path().value())))
                .as("the files are not deleted yet")
                .isInstanceOf(Failure.class);

        reports.apply(host, List.of(report(left.id(), 3, Phase.REMOVED)));
        assertThat(api.call(OPERATOR, HttpMethod.GET, "/api/v1/kept-files/" + id, ""))
                .hasStatus(404);
        define(berta, at(named("db"), left.definition().path().value()));
    }

    @Test
    void believesTheHostWhichThereAre() {
        JailView left = leave("web");
        JailView running = define(anna, named("db"));
        String before = left.definition().path() + "-before";
        JailId unknown = Jails.fresh();
        files.replace(
                host,
                List.of(
                        kept(left.id(), before, anna.toString()),
                        kept(running.id(), running.definition().path().value(), anna.toString()),
                        kept(unknown, "/var/lib/bailiwick/jails/stray", "")));

        assertThat(list(OPERATOR))
                .extracting(KeptFilesView::path)
                .containsExactlyInAnyOrder(before, "/var/lib/bailiwick/jails/stray");
        files.replace(host, List.of());
        assertThat(list(OPERATOR)).isEmpty();
    }

    @Test
    void asksWhoseTheyAreBeforeTheyAreDeleted() {
        files.replace(host, List.of(kept(Jails.fresh(), "/var/lib/bailiwick/jails/stray", "nobody we know")));
        UUID id = list(OPERATOR).getFirst().id();
        assertThatThrownBy(() -> files.delete(OPERATOR, id)).isInstanceOf(FilesWithoutOwner.class);
        assertThatThrownBy(() -> define(anna, at(named("db"), "/var/lib/bailiwick/jails/stray")))
                .isInstanceOf(PathHoldsFiles.class);

        String url = "/api/v1/kept-files/" + id;
        assertThat(api.call(OPERATOR, HttpMethod.PATCH, url, "{\"customer\": \"" + UUID.randomUUID() + "\"}"))
                .hasStatus(422);
        assertThat(api.call(OPERATOR, HttpMethod.PATCH, url, "{\"customer\": \"" + anna + "\"}"))
                .hasStatusOk();
        files.delete(OPERATOR, id);
        assertThat(desired.since(host, 0).jails()).hasSize(1).first().isInstanceOf(DesiredJail.Removed.class);
    }

    @Test
    void keepsNothingOfAJailThatNeverRan() {
        JailView jail = define(anna, named("web"));
        actions.retire(OPERATOR, jail.id(), FilesFate.KEPT);
        reports.apply(host, List.of(Fleet.report(jail.id(), 2, Phase.REMOVED, Instant.now())));
        assertThat(list(OPERATOR)).isEmpty();
    }

    @Test
    void countsTheRangesOfAHost() {
        leave("web");
        define(anna, named("db"));
        connections.countIdRanges(host, 100, 2);
        assertThat(api.call(OPERATOR, HttpMethod.GET, "/api/v1/hosts/" + host, ""))
                .bodyJson()
                .extractingPath("$.idRanges")
                .isEqualTo(Map.of("count", 100, "used", 1, "kept", 1, "free", 98));
        assertThat(api.call(OPERATOR, HttpMethod.GET, "/hosts/" + host, ""))
                .bodyText()
                .contains("1 used, 1 for kept files, 98 free");
    }

    @Test
    void tellsTheHostWhatToDoWithFilesAtAnEarlierPathAndWhichIdsTheyBear() {
        JailView jail = define(anna, named("web"));
        reports.apply(host, List.of(report(jail.id(), 1, Phase.RUNNING)));
        jails.redefine(
                OPERATOR, jail.id(), 1, at(named("web"), jail.definition().path() + "-2"), PreviousFiles.DELETED);
        assertThat(files(jail.id())).isEqualTo(new DesiredJail.Files(PreviousFiles.DELETED, OptionalLong.of(FIRST_ID)));
        jails.redefine(OPERATOR, jail.id(), 2, named("web"));
        assertThat(files(jail.id()).previous()).as("the path does not change").isEqualTo(PreviousFiles.DELETED);
    }

    @Test
    void showsAndDeletesThemOnAPage() {
        JailView left = leave("web");
        UUID id = list(OPERATOR).getFirst().id();
        assertThat(api.call(OPERATOR, HttpMethod.GET, "/kept-files?host=" + host, ""))
                .hasStatusOk()
                .bodyText()
                .contains(left.definition().path().value())
                .contains("/kept-files/" + id + "/delete");
        assertThat(api.call(somebodyOf(berta), HttpMethod.GET, "/kept-files", ""))
                .hasStatusOk()
                .bodyText()
                .doesNotContain(left.definition().path().value());
        assertThat(api.call(somebodyOf(anna), HttpMethod.GET, "/kept-files", ""))
                .hasStatusOk()
                .bodyText()
                .contains(">web</th>")
                .doesNotContain(left.definition().path().value());
        String document = "/api/v1/kept-files/" + id;
        assertThat(api.call(OPERATOR, HttpMethod.GET, document, ""))
                .bodyText()
                .contains(left.definition().path().value());
        assertThat(api.call(somebodyOf(anna), HttpMethod.GET, document, ""))
                .hasStatusOk()
                .bodyText()
                .contains("\"jailName\":\"web\"")
                .doesNotContain(left.definition().path().value())
                .doesNotContain("firstHostId");
        assertThat(api.call(OPERATOR, HttpMethod.GET, "/kept-files/" + id + "/delete", ""))
                .hasStatusOk();
        assertThat(api.call(
                        OPERATOR,
                        HttpMethod.GET,
                        "/jails/new?customer=" + anna + "&host=" + host + "&path="
                                + left.definition().path(),
                        ""))
                .bodyText()
                .contains("value=\"" + left.definition().path() + "\"");
        assertThat(api.call(somebodyOf(anna), HttpMethod.POST, "/kept-files/" + id + "/delete", ""))
                .hasStatus(403);
        assertThat(api.call(OPERATOR, HttpMethod.POST, "/kept-files/" + id + "/delete", ""))
                .hasStatus(302);
        assertThat(api.call(OPERATOR, HttpMethod.GET, "/kept-files?host=" + host, ""))
                .bodyText()
                .contains("Deleting…");
    }

    @Test
    void givesThoseOfNobodyToACustomerOnAPage() {
        files.replace(host, List.of(kept(Jails.fresh(), "/var/lib/bailiwick/jails/stray", "")));
        String address = "/kept-files/" + list(OPERATOR).getFirst().id() + "/customer";
        assertThat(api.call(OPERATOR, HttpMethod.GET, "/kept-files?host=" + host, ""))
                .bodyText()
                .contains(address, "Show those on all hosts");
        assertThat(api.call(OPERATOR, HttpMethod.GET, address.replace("/customer", "/delete"), ""))
                .as("asks for the owner first")
                .hasStatus(302)
                .hasRedirectedUrl(address);
        assertThat(api.call(OPERATOR, HttpMethod.GET, address, ""))
                .hasStatusOk()
                .bodyText()
                .contains(anna.toString());
        assertThat(api.call(somebodyOf(anna), HttpMethod.GET, address, "")).hasStatus(403);
        for (String wrong : List.of("", "nobody", UUID.randomUUID().toString())) {
            assertThat(api.call(OPERATOR, HttpMethod.POST, address + "?customer=" + wrong, ""))
                    .as(wrong)
                    .hasStatusOk()
                    .bodyText()
                    .contains("customer-error");
        }

        assertThat(api.call(OPERATOR, HttpMethod.POST, address + "?customer=" + anna, ""))
                .hasStatus(302);

        assertThat(list(OPERATOR).getFirst().customer()).hasValue(anna);
    }

    @Test
    void asksBeforeAFormDeletesTheFilesAtAnEarlierPath() {
        JailView jail = define(anna, named("web"));
        String path = jail.definition().path().value();
        String form = "/jails/" + jail.id() + "?version=1&name=web&hostname=web.test&ipv4="
                + jail.definition().addresses().all().getFirst()
                + "&command=/bin/true&base=thin&profile=hosting&wanted=running&previousFiles=delete&path=" + path;
        assertThat(api.call(OPERATOR, HttpMethod.POST, form + "-2", ""))
                .hasStatusOk()
                .bodyText()
                .contains("All files below " + path + " will be deleted", "name=\"deletes\" value=\"" + path + "\"")
                .contains("<option value=\"delete\" selected=\"selected\">", "?previousFiles=delete");
        assertThat(jails.find(OPERATOR, jail.id()).generation()).isOne();

        assertThat(api.call(OPERATOR, HttpMethod.POST, form + "-2&deletes=" + path, ""))
                .hasStatus(302);

        assertThat(files(jail.id()).previous()).isEqualTo(PreviousFiles.DELETED);
    }

    @Test
    void namesTheFieldOfWhatCannotBeRead() {
        assertThat(api.call(OPERATOR, HttpMethod.GET, "/api/v1/kept-files?limit=many", ""))
                .hasStatus(400)
                .bodyText()
                .contains("\"pointer\":\"/limit\"");
        assertThat(api.call(OPERATOR, HttpMethod.GET, "/api/v1/kept-files/stray", ""))
                .hasStatus(404)
                .bodyText()
                .doesNotContain("00000000");
    }

    /** Creates a jail that ran, was retired and left its files. */
    private JailView leave(String name) {
        JailView jail = define(anna, named(name));
        reports.apply(host, List.of(report(jail.id(), 1, Phase.RUNNING)));
        actions.retire(OPERATOR, jail.id(), FilesFate.KEPT);
        reports.apply(host, List.of(report(jail.id(), 2, Phase.REMOVED)));
        return jail;
    }

    private JailView define(CustomerId customer, DefinitionDraft draft) {
        return jails.define(OPERATOR, new NewJail(customer, Optional.of(host), Optional.empty(), draft));
    }

    private List<KeptFilesView> list(Caller caller) {
        return files.list(caller, Optional.of(host), Optional.empty(), Optional.empty(), 10);
    }

    private DesiredJail.Files files(JailId jail) {
        return desired.since(host, 0).jails().stream()
                .filter(wanted -> wanted.id().equals(jail))
                .map(wanted -> ((DesiredJail.Present) wanted).files())
                .findFirst()
                .orElseThrow();
    }

    private static KeptFiles kept(JailId jail, String path, String customer) {
        return new KeptFiles(jail, new RootPath(path), customer, OptionalLong.of(FIRST_ID));
    }

    private static Report report(JailId jail, long generation, Phase phase) {
        return new Report(
                jail,
                generation,
                phase,
                OptionalInt.empty(),
                0,
                List.of(),
                List.of(),
                Instant.now(),
                OptionalLong.of(FIRST_ID));
    }
}
