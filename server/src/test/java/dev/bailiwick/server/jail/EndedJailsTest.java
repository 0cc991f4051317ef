package dev.bailiwick.server.jail;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static dev.bailiwick.server.Fleet.named;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.WantedState;
import dev.bailiwick.jail.draft.DefinitionDraft;
import dev.bailiwick.jail.report.Condition;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.jail.report.Report;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.jail.placement.NewJail;
import dev.bailiwick.server.jail.view.JailView;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

/** A jail whose program has ended for good is started by a user, and by nothing else that a user does. */
@ServerTest
class EndedJailsTest {

    @Autowired
    private Jails jails;

    @Autowired
    private JailActions actions;

    @Autowired
    private JailReports reports;

    @Autowired
    private Fleet.Fixtures fixtures;

    @Test
    void startsAfreshWhatHasEnded() {
        HostId host = fixtures.connectedHostWithPool();
        JailView jail = define(host, once(named("migration")));
        assertThat(jail.definition().incarnation()).isZero();

        reports.apply(host, List.of(ended(jail, Condition.COMPLETED)));
        JailView completed = jails.find(OPERATOR, jail.id());
        assertThat(completed.settled()).isTrue();
        assertThat(completed.status().shownState()).isEqualTo("completed");

        JailView started = actions.start(OPERATOR, jail.id());

        assertThat(started.generation()).isEqualTo(2);
        assertThat(started.definition().incarnation())
                .as("so its host tells a start from another change")
                .isOne();
        assertThat(actions.start(OPERATOR, jail.id()).generation())
                .as("it is on its way")
                .isEqualTo(2);

        actions.stop(OPERATOR, jail.id());
        assertThat(actions.start(OPERATOR, jail.id()).definition().incarnation())
                .isEqualTo(2);
    }

    @Test
    void startsWhatHasEndedThoughItsHostWasAwayForTheStop() {
        HostId host = fixtures.connectedHostWithPool();
        JailView jail = define(host, once(named("migration")));
        reports.apply(host, List.of(ended(jail, Condition.COMPLETED)));

        JailView stopped = redefine(jail, WantedState.STOPPED);
        JailView started = redefine(stopped, WantedState.RUNNING);

        assertThat(started.generation()).isEqualTo(3);
        assertThat(started.definition().incarnation())
                .as("so its host tells the definition from the one whose program has completed")
                .isOne();
        assertThat(redefine(started, WantedState.RUNNING).definition().incarnation())
                .as("no start")
                .isOne();
    }

    private JailView redefine(JailView jail, WantedState wanted) {
        return jails.redefine(
                OPERATOR,
                jail.id(),
                jail.generation(),
                DefinitionDraft.of(jail.definition().withWanted(wanted)));
    }

    /** As before there were restart policies: the same definition for the host. */
    @Test
    void startsAJailThatAlwaysRunsWithoutAnotherIncarnation() {
        HostId host = fixtures.connectedHostWithPool();
        JailView jail = define(host, named("web"));
        actions.stop(OPERATOR, jail.id());

        assertThat(actions.start(OPERATOR, jail.id()).definition().incarnation())
                .isZero();
    }

    private JailView define(HostId host, DefinitionDraft draft) {
        return jails.define(OPERATOR, new NewJail(fixtures.customer(), Optional.of(host), Optional.empty(), draft));
    }

    private static DefinitionDraft once(DefinitionDraft draft) {
        return new DefinitionDraft(
                draft.name(),
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                "never",
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null);
    }

    private static Report ended(JailView jail, String reason) {
        Instant now = Instant.now();
        return new Report(
                jail.id(),
                jail.generation(),
                Phase.STOPPED,
                OptionalInt.empty(),
                0,
                List.of(new Condition(reason, "init exited with status 0", now)),
                List.of(),
                now);
    }
}
