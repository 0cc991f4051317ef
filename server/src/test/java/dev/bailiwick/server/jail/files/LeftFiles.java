package dev.bailiwick.server.jail.files;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static dev.bailiwick.server.Fleet.named;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.KeptFiles;
import dev.bailiwick.jail.RootPath;
import dev.bailiwick.jail.desired.DesiredJail;
import dev.bailiwick.jail.desired.DesiredJail.FilesFate;
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
import dev.bailiwick.server.jail.batch.JailBatches;
import dev.bailiwick.server.jail.intent.file.KeptFilesView;
import dev.bailiwick.server.jail.placement.NewJail;
import dev.bailiwick.server.jail.view.JailView;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.springframework.beans.factory.annotation.Autowired;

/** Files that removed jails of two customers left on a host. */
@ServerTest
abstract class LeftFiles {

    static final long FIRST_ID = 1_879_048_192L;

    @Autowired
    ApiClient api;

    @Autowired
    Jails jails;

    @Autowired
    JailActions actions;

    @Autowired
    JailBatches batches;

    @Autowired
    JailReports reports;

    @Autowired
    KeptFilesStore files;

    @Autowired
    DesiredStates desired;

    @Autowired
    HostConnections connections;

    @Autowired
    Fleet.Fixtures fixtures;

    HostId host = new HostId(UUID.randomUUID());
    CustomerId anna = new CustomerId(UUID.randomUUID());
    CustomerId berta = new CustomerId(UUID.randomUUID());

    @BeforeEach
    void makeAHost() {
        host = fixtures.connectedHostWithPool();
        connections.countIdRanges(host, 100, 0);
        anna = fixtures.customer();
        berta = fixtures.customer();
    }

    /** Creates a jail that ran, was retired and left its files. */
    JailView leave(String name) {
        JailView jail = define(anna, named(name));
        reports.apply(host, List.of(report(jail.id(), 1, Phase.RUNNING)));
        actions.retire(OPERATOR, jail.id(), FilesFate.KEPT);
        reports.apply(host, List.of(report(jail.id(), 2, Phase.REMOVED)));
        return jail;
    }

    JailView define(CustomerId customer, DefinitionDraft draft) {
        return jails.define(OPERATOR, new NewJail(customer, Optional.of(host), Optional.empty(), draft));
    }

    List<KeptFilesView> list(Caller caller) {
        return files.list(caller, Optional.of(host), Optional.empty(), Optional.empty(), 10);
    }

    DesiredJail.Files files(JailId jail) {
        return desired.since(host, 0).jails().stream()
                .filter(wanted -> wanted.id().equals(jail))
                .map(wanted -> ((DesiredJail.Present) wanted).files())
                .findFirst()
                .orElseThrow();
    }

    static KeptFiles kept(JailId jail, String path, String customer) {
        return new KeptFiles(jail, new RootPath(path), customer, OptionalLong.of(FIRST_ID));
    }

    static Report report(JailId jail, long generation, Phase phase) {
        return new Report(
                jail,
                generation,
                phase,
                OptionalInt.empty(),
                0,
                List.of(),
                List.of(),
                Instant.now(),
                OptionalLong.of(FIRST_ID),
                Optional.empty());
    }
}
