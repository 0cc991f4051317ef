package dev.bailiwick.server.jail.files;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static dev.bailiwick.server.Fleet.at;
import static dev.bailiwick.server.Fleet.named;
import static dev.bailiwick.server.Fleet.somebodyOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.desired.DesiredJail;
import dev.bailiwick.jail.desired.DesiredJail.FilesFate;
import dev.bailiwick.jail.desired.PreviousFiles;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.batch.BatchLine;
import dev.bailiwick.server.jail.batch.BatchOutcome;
import dev.bailiwick.server.jail.intent.BatchMode;
import dev.bailiwick.server.jail.intent.JailNotFound;
import dev.bailiwick.server.jail.intent.file.KeptFilesView;
import dev.bailiwick.server.jail.intent.file.PathHoldsFiles;
import dev.bailiwick.server.jail.placement.NewJail;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.problem.Failure;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpMethod;
import org.springframework.test.web.servlet.assertj.MvcTestResult;

/** The files that removed jails left: their owners, who may not use them, and their deletion. */
class KeptFilesResourceTest extends LeftFiles {

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
    void namesTheFieldOfWhatCannotBeRead() {
        assertThat(api.call(OPERATOR, HttpMethod.GET, "/api/v1/kept-files?limit=many", ""))
                .hasStatus(422)
                .bodyText()
                .contains("\"pointer\":\"/limit\"");
        assertThat(api.call(OPERATOR, HttpMethod.GET, "/api/v1/kept-files/stray", ""))
                .hasStatus(404)
                .bodyText()
                .doesNotContain("00000000");
    }
}
