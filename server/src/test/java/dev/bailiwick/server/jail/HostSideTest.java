package dev.bailiwick.server.jail;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static dev.bailiwick.server.Fleet.at;
import static dev.bailiwick.server.Fleet.named;
import static dev.bailiwick.server.Fleet.overriding;
import static dev.bailiwick.server.Fleet.report;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.desired.DesiredJail;
import dev.bailiwick.jail.desired.DesiredJail.FilesFate;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.host.HostHasJails;
import dev.bailiwick.server.host.HostNotFound;
import dev.bailiwick.server.host.SessionId;
import dev.bailiwick.server.jail.intent.JailNotFound;
import dev.bailiwick.server.jail.placement.NewJail;
import dev.bailiwick.server.jail.view.JailStatus;
import dev.bailiwick.server.jail.view.JailView;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The data that a host receives, and the effects of its reports. */
class HostSideTest extends ReportingHost {

    @Test
    void tellsANewHostEverything() {
        JailView jail = define(overriding(named("web"), "ptrace", "allow"));
        define(named("db"));

        DesiredChange change = desired.since(host, 0);

        assertThat(change).isInstanceOf(DesiredChange.Snapshot.class);
        assertThat(change.revision()).isEqualTo(2);
        assertThat(change.jails())
                .hasSize(2)
                .first()
                .isEqualTo(new DesiredJail.Present(jail.id(), 1, jail.definition(), customer.toString()));
    }

    @Test
    void tellsAHostThatKnowsSomethingOnlyWhatIsNew() {
        define(named("web"));
        JailView db = define(named("db"));
        actions.stop(OPERATOR, db.id());

        assertThat(desired.since(host, 2))
                .isInstanceOf(DesiredChange.Delta.class)
                .satisfies(change -> {
                    assertThat(change.revision()).isEqualTo(3);
                    assertThat(change.jails()).extracting(DesiredJail::id).containsExactly(db.id());
                });
        assertThat(desired.since(host, 3)).isEqualTo(new DesiredChange.Delta(3, List.of()));
    }

    @Test
    void tellsOfARetiredJailUntilItIsReportedRemoved() {
        JailView jail = define(named("web"));
        actions.retire(OPERATOR, jail.id(), FilesFate.DELETED);

        DesiredJail.Removed removal = new DesiredJail.Removed(
                jail.id(),
                2,
                jail.definition().path(),
                jail.definition().base(),
                FilesFate.DELETED,
                customer.toString());
        assertThat(desired.since(host, 1).jails()).containsExactly(removal);
        assertThat(desired.since(host, 0).jails()).containsExactly(removal);

        reports.apply(host, List.of(report(jail.id(), 2, Phase.REMOVED, NOW)));

        assertThat(desired.since(host, 2)).isEqualTo(new DesiredChange.Delta(2, List.of()));
        assertThatThrownBy(() -> jails.find(OPERATOR, jail.id())).isInstanceOf(JailNotFound.class);
    }

    @Test
    void tellsEverythingToAHostThatMayHaveMissedAForgottenRemoval() {
        JailView kept = define(named("kept"));
        JailView jail = define(named("web"));
        actions.retire(OPERATOR, jail.id(), FilesFate.KEPT);
        reports.apply(host, List.of(report(jail.id(), 2, Phase.REMOVED, NOW)));

        assertThat(desired.since(host, 2)).isInstanceOf(DesiredChange.Snapshot.class);
        assertThat(desired.since(host, 2).jails()).extracting(DesiredJail::id).containsExactly(kept.id());
    }

    @Test
    void tellsEverythingToAHostThatKnowsARevisionThatNeverWas() {
        define(named("web"));

        assertThat(desired.since(host, 99)).isInstanceOf(DesiredChange.Snapshot.class);
        assertThat(desired.since(host, 99).revision()).isEqualTo(1);
    }

    @Test
    void tellsNothingToAHostThatIsNone() {
        assertThatThrownBy(() -> desired.since(new HostId(UUID.randomUUID()), 0))
                .isInstanceOf(HostNotFound.class);
    }

    @Test
    void freesTheAddressesOfAJailThatIsGone() {
        JailView jail = define(named("web"));
        String address = jail.definition().addresses().all().getFirst().toString();
        actions.retire(OPERATOR, jail.id(), FilesFate.KEPT);
        assertThatThrownBy(() -> define(at(named("other"), null, address))).hasMessageContaining(address);

        reports.apply(host, List.of(report(jail.id(), 2, Phase.REMOVED, NOW)));

        assertThat(define(at(named("other"), null, address)).generation()).isEqualTo(1);
    }

    @Test
    void freesAnAddressThatWasGivenUpOnceTheHostHasAppliedThat() {
        JailView jail = define(named("web"));
        String address = jail.definition().addresses().all().getFirst().toString();
        String next = address.replaceAll("\\d+$", "9");
        jails.redefine(OPERATOR, jail.id(), 1, at(named("web"), null, next));

        reports.apply(host, List.of(report(jail.id(), 1, Phase.RUNNING, NOW)));
        reports.apply(host, List.of(report(jail.id(), 2, Phase.REFUSED, NOW)));
        assertThatThrownBy(() -> define(at(named("other"), null, address))).hasMessageContaining(address);

        reports.apply(host, List.of(report(jail.id(), 2, Phase.RUNNING, NOW)));
        assertThat(define(at(named("other"), null, address)).generation()).isEqualTo(1);
    }

    @Test
    void ignoresAReportThatIsOlderThanWhatIsKnown() {
        JailView jail = define(named("web"));
        actions.stop(OPERATOR, jail.id());
        reports.apply(host, List.of(report(jail.id(), 2, Phase.STOPPED, NOW)));

        reports.apply(host, List.of(report(jail.id(), 1, Phase.RUNNING, NOW.plusSeconds(9))));
        reports.apply(host, List.of(report(jail.id(), 2, Phase.STOPPING, NOW.minusSeconds(9))));

        JailStatus status = jails.find(OPERATOR, jail.id()).status();
        assertThat(status.phase()).contains(Phase.STOPPED);
        assertThat(status.generation()).isEqualTo(2);
    }

    @Test
    void storesThatAJailIsStoppedWhileOthersHoldItsHostsRow() {
        JailView jail = define(named("web"));
        actions.stop(OPERATOR, jail.id());

        fixtures.holding(
                host,
                () -> assertThat(CompletableFuture.runAsync(
                                () -> reports.apply(host, List.of(report(jail.id(), 2, Phase.STOPPED, NOW)))))
                        .succeedsWithin(Duration.ofSeconds(5)));

        assertThat(jails.find(OPERATOR, jail.id()).status().phase()).contains(Phase.STOPPED);
    }

    @Test
    void keepsTheNewestOfSeveralReportsOfOneJail() {
        JailView jail = define(named("web"));

        reports.apply(
                host,
                List.of(
                        report(jail.id(), 1, Phase.RUNNING, NOW.plusMillis(2)),
                        report(jail.id(), 1, Phase.STARTING, NOW.plusMillis(1))));

        assertThat(jails.find(OPERATOR, jail.id()).status().initPid()).hasValue(4711);
    }

    @Test
    void ignoresAReportAboutAJailOfAnotherHost() {
        JailView jail = define(named("web"));
        actions.retire(OPERATOR, jail.id(), FilesFate.KEPT);
        HostId other = fixtures.connectedHost();

        reports.apply(other, List.of(report(jail.id(), 1, Phase.RUNNING, NOW)));
        reports.apply(other, List.of(report(jail.id(), 2, Phase.REMOVED, NOW)));

        assertThat(jails.find(OPERATOR, jail.id()).status().phase()).contains(Phase.PENDING);
    }

    /** This happens after the database was restored. The host's report is true, and no other report would follow. */
    @Test
    void keepsAReportAboutADefinitionThatIsNotKnownHere() {
        JailView jail = define(named("web"));
        reports.apply(host, List.of(report(jail.id(), 1, Phase.RUNNING, NOW)));

        reports.apply(host, List.of(report(jail.id(), 7, Phase.STOPPED, NOW.plusMillis(1))));

        JailStatus status = jails.find(OPERATOR, jail.id()).status();
        assertThat(status.phase()).contains(Phase.STOPPED);
        assertThat(status.generation()).isOne();
    }

    @Test
    void restartsAJailWithOneGenerationThatNoReportChanges() {
        JailView jail = define(named("web"));

        JailView restarting = actions.restart(OPERATOR, jail.id());
        assertThat(restarting.generation()).isEqualTo(2);
        DesiredJail.Present wanted =
                new DesiredJail.Present(jail.id(), 2, jail.definition().withIncarnation(1), customer.toString());
        assertThat(desired.since(host, 1).jails())
                .as("the host restarts the jail even if it receives nothing more")
                .containsExactly(wanted);

        for (Phase phase : List.of(Phase.STOPPING, Phase.STOPPED, Phase.RUNNING)) {
            reports.apply(host, List.of(report(jail.id(), 2, phase, NOW)));
        }
        assertThat(desired.since(host, 2)).isEqualTo(new DesiredChange.Delta(2, List.of()));
        assertThat(desired.since(host, 0).jails()).containsExactly(wanted);
    }

    @Test
    void startsAJailThatIsStoppedWithItsRestart() {
        JailView jail = define(named("web"));
        actions.stop(OPERATOR, jail.id());

        assertThat(actions.restart(OPERATOR, jail.id()).definition())
                .isEqualTo(jail.definition().withIncarnation(1));
        assertThat(jails.redefine(OPERATOR, jail.id(), 3, named("other"))
                        .definition()
                        .incarnation())
                .as("a new definition keeps the incarnation")
                .isOne();
    }

    @Test
    void doesNotKnowThePhaseOfAJailWhoseHostIsAway() {
        HostId away = fixtures.host();
        fixtures.pool(away);
        SessionId session = fixtures.connect(away);
        JailView jail =
                jails.define(OPERATOR, new NewJail(customer, Optional.of(away), Optional.empty(), named("web")));
        reports.apply(away, List.of(report(jail.id(), 1, Phase.RUNNING, NOW)));
        assertThat(jails.find(OPERATOR, jail.id()).status().phaseText()).isEqualTo("running");

        connections.disconnected(away, SessionId.random());
        assertThat(jails.find(OPERATOR, jail.id()).status().phaseText()).isEqualTo("running");

        connections.disconnected(away, session);
        JailStatus status = jails.find(OPERATOR, jail.id()).status();
        assertThat(status.phaseText()).isEqualTo("unknown");
        assertThat(status.initPid()).isEmpty();
        assertThat(status.seenAt()).isPresent();
    }

    @Test
    void countsAHostAsAwayOnceItsSessionHasLapsed() {
        HostId silent = fixtures.host();
        SessionId session = SessionId.random();
        connections.connected(silent, session, "test", Fleet.Fixtures.facts(), 0, Duration.ofMillis(-1));

        assertThat(hosts.find(silent).orElseThrow().connected()).isFalse();
        connections.endLapsedSessions();
        assertThat(connections.heartbeat(silent, session, Fleet.Fixtures.LONG)).isFalse();
    }

    @Test
    void knowsWhichGenerationIsOnTheHostsDisk() {
        JailView jail = define(named("web"));
        assertThat(jail.status().acceptedGeneration()).isZero();

        connections.acceptRevision(host, 1);

        assertThat(jails.find(OPERATOR, jail.id()).status().acceptedGeneration())
                .isEqualTo(1);
    }

    @Test
    void keepsAHostThatHasJails() {
        JailView jail = define(named("web"));
        assertThatThrownBy(() -> hosts.retire(OPERATOR, host)).isInstanceOf(HostHasJails.class);

        actions.retire(OPERATOR, jail.id(), FilesFate.KEPT);
        assertThatThrownBy(() -> hosts.retire(OPERATOR, host)).isInstanceOf(HostHasJails.class);

        reports.apply(host, List.of(report(jail.id(), 2, Phase.REMOVED, NOW)));
        hosts.retire(OPERATOR, host);
        assertThat(hosts.find(host)).isEmpty();
        assertThatThrownBy(() -> fixtures.connect(host)).isInstanceOf(HostNotFound.class);
    }
}
