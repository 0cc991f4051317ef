package dev.bailiwick.server.jail.difference;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static dev.bailiwick.server.Fleet.report;
import static dev.bailiwick.server.Sealing.awaitSealed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.IpAddresses;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.WantedState;
import dev.bailiwick.jail.desired.DesiredJail;
import dev.bailiwick.jail.desired.DesiredJail.FilesFate;
import dev.bailiwick.jail.desired.Difference;
import dev.bailiwick.jail.desired.Hold;
import dev.bailiwick.jail.desired.Hold.Kind;
import dev.bailiwick.jail.desired.JailNetwork;
import dev.bailiwick.jail.desired.OutgoingMail;
import dev.bailiwick.jail.firewall.Direction;
import dev.bailiwick.jail.firewall.Firewall;
import dev.bailiwick.jail.firewall.FirewallAction;
import dev.bailiwick.jail.firewall.FirewallRule;
import dev.bailiwick.jail.firewall.Peer;
import dev.bailiwick.jail.firewall.Ports;
import dev.bailiwick.jail.firewall.Protocol;
import dev.bailiwick.jail.report.Condition;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.jail.report.Report;
import dev.bailiwick.server.account.customer.CustomerSuspended;
import dev.bailiwick.server.jail.JailFirewalls;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.intent.CustomerSuspensions;
import dev.bailiwick.server.jail.intent.JailDiffersOnHost;
import dev.bailiwick.server.jail.intent.JailNotFound;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.network.AddressTaken;
import dev.bailiwick.server.problem.InvalidRequest;
import dev.bailiwick.server.request.IfMatch;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpMethod;

/** The differences between a host and the server, and the decisions of an operator about them. */
class DifferencesTest extends DifferingHost {

    private static final Firewall CLOSED = closed(Direction.IN);

    @Autowired
    private CustomerSuspensions suspensions;

    @Autowired
    private JailFirewalls firewalls;

    @Test
    void adoptsAnUnknownJailWithTheAddressesThatItHasHeld() {
        DesiredJail.Present web = onHost(Jails.fresh(), "web", 7, 9);
        list(new Difference(web, new Hold(Kind.UNKNOWN, 7)));
        assertThat(undecided()).isOne();
        assertThatThrownBy(() -> define("other", 9)).isInstanceOf(AddressTaken.class);

        differences.decide(OPERATOR, host, web.id(), Choice.ADOPT, Optional.empty());

        JailView adopted = jails.find(OPERATOR, web.id());
        assertThat(adopted.definition()).isEqualTo(web.definition());
        assertThat(adopted.generation()).isEqualTo(8);
        assertThat(adopted.customer()).isEqualTo(customer);
        assertThat(desired.since(host, 0).jails()).extracting(DesiredJail::id).containsExactly(web.id());
        assertThat(undecided()).isZero();
        // The host may have sent its list before it received the decision.
        list(new Difference(web, new Hold(Kind.UNKNOWN, 7)));
        assertThat(undecided()).isZero();
    }

    @Test
    void adoptsNoJailOfACustomerWhoseRulesTheHostCannotEnforce() {
        assertThat(api.call(
                        OPERATOR,
                        HttpMethod.PUT,
                        "/api/v1/customers/" + customer + "/firewall",
                        "{\"rules\": [{\"direction\": \"in\", \"action\": \"drop\"}]}"))
                .hasStatusOk();
        fixtures.connectEarlierAgent(host);
        DesiredJail.Present web = onHost(Jails.fresh(), "web", 7, 9);
        list(new Difference(web, new Hold(Kind.UNKNOWN, 7)));
        assertThatThrownBy(() -> differences.decide(OPERATOR, host, web.id(), Choice.ADOPT, Optional.empty()))
                .isInstanceOf(InvalidRequest.class)
                .hasMessageContaining("cannot enforce the firewall of the customer");
        assertThat(undecided()).isOne();
    }

    @Test
    void holdsTheAddressesOfAJailThatIsToGoUntilItIsGone() {
        DesiredJail.Present web = onHost(Jails.fresh(), "web", 7, 9);
        list(new Difference(web, new Hold(Kind.UNKNOWN, 7)));
        differences.decide(OPERATOR, host, web.id(), Choice.REMOVE, Optional.empty());
        list();
        assertThatThrownBy(() -> define("other", 9)).isInstanceOf(AddressTaken.class);

        assertThat(reports.forgotten(host, List.of(web.id()))).containsExactly(web.id());
        assertThat(define("other", 9).definition().addresses()).isEqualTo(IpAddresses.of(network + 9));
    }

    @Test
    void listsAJailThatOnlyTheKernelOfItsHostKnows() {
        JailId stranger = Jails.fresh();
        reported.strangers(
                host,
                List.of(new Report(
                        stranger,
                        3,
                        Phase.RUNNING,
                        OptionalInt.of(4711),
                        0,
                        List.of(new Condition(Condition.UNKNOWN_JAIL, "is on this host", NOW)),
                        List.of(),
                        NOW)));
        assertThat(undecided()).isOne();
        list();
        assertThat(undecided()).as("the host's lists do not contain it").isOne();

        assertThatThrownBy(() -> differences.decide(OPERATOR, host, stranger, Choice.ADOPT, Optional.empty()))
                .isInstanceOf(InvalidRequest.class);
        differences.decide(OPERATOR, host, stranger, Choice.KEEP, Optional.empty());
        assertThat(undecided()).isZero();
    }

    @Test
    void keepsNoMoreOfAHostThanItCanHave() {
        Condition unknown = new Condition(Condition.UNKNOWN_JAIL, "is on this host", NOW);
        for (int batch = 0; batch < 3; batch++) {
            reported.strangers(
                    host,
                    IntStream.range(0, ReportedDifferences.MAX_DIFFERENCES / 2)
                            .mapToObj(_ -> new Report(
                                    Jails.fresh(),
                                    1,
                                    Phase.RUNNING,
                                    OptionalInt.of(4711),
                                    0,
                                    List.of(unknown),
                                    List.of(),
                                    NOW))
                            .toList());
        }
        assertThat(undecided()).isEqualTo(ReportedDifferences.MAX_DIFFERENCES);
        list(new Difference(onHost(Jails.fresh(), "web", 7, 9), new Hold(Kind.UNKNOWN, 7)));
        assertThat(undecided()).isEqualTo(ReportedDifferences.MAX_DIFFERENCES);
    }

    @Test
    void recordsAHostThatDiffersAllDayAFewTimes() {
        for (int i = 0; i < 5 * ReportedDifferences.AUDITED; i++) {
            list(new Difference(onHost(Jails.fresh(), "web", 7, 9), new Hold(Kind.UNKNOWN, 7)));
        }
        assertThat(undecided()).isOne();
        awaitSealed(jdbc);
        assertThat(jdbc.sql(
                                "SELECT count(*) FROM audit_event WHERE subject_id = ? AND action = 'host.differences-reported'")
                        .param(host.toString())
                        .query(Integer.class)
                        .single())
                .isBetween(ReportedDifferences.AUDITED, ReportedDifferences.AUDITED + 2);
    }

    @Test
    void hearsAHostWhoseClockWasFast() {
        JailView web = define("web", 9);
        reports.apply(
                host, List.of(report(web.id(), 1, Phase.RUNNING, Instant.now().plusSeconds(86_400))));
        reports.apply(
                host, List.of(report(web.id(), 1, Phase.STOPPED, Instant.now().plusSeconds(1))));
        assertThat(jails.find(OPERATOR, web.id()).status().phase()).contains(Phase.STOPPED);
    }

    @Test
    void leavesAJailAloneUntilItIsDecidedWhichDefinitionCounts() {
        JailView web = define("web", 9);
        DesiredJail.Present hosts = onHost(web.id(), "web", 3, 10);
        list(new Difference(hosts, new Hold(Kind.CHANGED, 3)));

        assertThatThrownBy(() -> actions.stop(OPERATOR, web.id())).isInstanceOf(JailDiffersOnHost.class);
        assertThatThrownBy(() -> actions.restart(OPERATOR, web.id())).isInstanceOf(JailDiffersOnHost.class);
        assertThatThrownBy(() -> define("other", 10)).isInstanceOf(AddressTaken.class);

        differences.decide(OPERATOR, host, web.id(), Choice.ADOPT, Optional.empty());
        JailView adopted = jails.find(OPERATOR, web.id());
        assertThat(adopted.definition()).isEqualTo(hosts.definition());
        assertThat(adopted.generation()).isEqualTo(4);
        actions.stop(OPERATOR, web.id());
    }

    private static Firewall closed(Direction direction) {
        return new Firewall(
                List.of(new FirewallRule(direction, FirewallAction.DROP, Protocol.ANY, Ports.ALL, new Peer.Any(), "")));
    }

    @ParameterizedTest
    @EnumSource(names = {"UNKNOWN", "CHANGED"})
    void adoptsTheFirewallThatTheHostHas(Kind kind) {
        JailId web = kind == Kind.UNKNOWN ? Jails.fresh() : closedOnTheServer(closed(Direction.OUT));
        DesiredJail.Present plain = onHost(web, "web", 3, 10);
        list(new Difference(
                new DesiredJail.Present(
                        web,
                        3,
                        plain.definition(),
                        plain.owner(),
                        new JailNetwork(OutgoingMail.BY_POOL, CLOSED),
                        plain.files()),
                new Hold(kind, 3)));

        differences.decide(OPERATOR, host, web, Choice.ADOPT, Optional.empty());

        assertThat(firewalls.of(OPERATOR, web).firewall()).isEqualTo(CLOSED);
        assertThat(sent(web).network().firewall()).isEqualTo(CLOSED);
    }

    @Test
    void keepsTheFirewallOfTheServerIfTheHostHasNone() {
        JailId web = closedOnTheServer(CLOSED);
        list(new Difference(onHost(web, "web", 3, 10), new Hold(Kind.CHANGED, 3)));

        differences.decide(OPERATOR, host, web, Choice.ADOPT, Optional.empty());

        assertThat(sent(web).generation()).isEqualTo(4);
        assertThat(sent(web).network().firewall()).isEqualTo(CLOSED);
    }

    private JailId closedOnTheServer(Firewall firewall) {
        JailId web = define("web", 9).id();
        var _ = firewalls.replace(OPERATOR, web, firewall, IfMatch.of(Optional.empty()));
        return web;
    }

    @Test
    void restoresWhatTheServerHasAboveWhatTheHostHas() {
        JailView web = define("web", 9);
        list(new Difference(onHost(web.id(), "web", 3, 10), new Hold(Kind.CHANGED, 3)));

        differences.decide(OPERATOR, host, web.id(), Choice.RESTORE, Optional.empty());

        JailView restored = jails.find(OPERATOR, web.id());
        assertThat(restored.definition()).isEqualTo(web.definition());
        assertThat(restored.generation()).isEqualTo(4);
        assertThatThrownBy(() -> define("other", 10))
                .as("the host still uses the address")
                .isInstanceOf(AddressTaken.class);
        reports.apply(host, List.of(report(web.id(), 4, Phase.RUNNING, NOW)));
        define("other", 10);
    }

    @ParameterizedTest
    @EnumSource(names = {"ADOPT", "RESTORE"})
    void followsASuspensionOnceItIsDecided(Choice choice) {
        JailView web = define("web", 9);
        DesiredJail.Present hosts = onHost(web.id(), "web", 3, 10);
        list(new Difference(hosts, new Hold(Kind.CHANGED, 3)));
        var _ = suspensions.suspend(OPERATOR, customer, "unpaid");

        differences.decide(OPERATOR, host, web.id(), choice, Optional.empty());

        assertThat(sent(web.id()).generation()).isEqualTo(4);
        assertThat(sent(web.id()).definition().wanted()).isEqualTo(WantedState.STOPPED);
        assertThatThrownBy(() -> actions.start(OPERATOR, web.id())).isInstanceOf(CustomerSuspended.class);

        var _ = suspensions.lift(OPERATOR, customer);
        assertThat(sent(web.id()).definition())
                .isEqualTo(choice == Choice.ADOPT ? hosts.definition() : web.definition());
        assertThat(sent(web.id()).definition().wanted()).isEqualTo(WantedState.RUNNING);
    }

    private DesiredJail.Present sent(JailId id) {
        return desired.since(host, 0).jails().stream()
                .filter(jail -> jail.id().equals(id))
                .map(DesiredJail.Present.class::cast)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void takesOffWhatTheHostHasRemoved() {
        JailView web = define("web", 9);
        DesiredJail.Removed gone = new DesiredJail.Removed(
                web.id(), 2, web.definition().path(), web.definition().base(), FilesFate.KEPT);
        list(new Difference(gone, new Hold(Kind.REMOVED, 2)));

        differences.decide(OPERATOR, host, web.id(), Choice.REMOVE, Optional.empty());
        reports.apply(host, List.of(report(web.id(), 3, Phase.REMOVED, NOW)));

        assertThatThrownBy(() -> jails.find(OPERATOR, web.id())).isInstanceOf(JailNotFound.class);
    }

    @Test
    void takesNoWordOfAJailOfAnotherHost() {
        JailView web = define("web", 9);
        HostId other = fixtures.connectedHost();
        for (Kind kind : List.of(Kind.UNKNOWN, Kind.CHANGED)) {
            reported.take(
                    other,
                    UUID.randomUUID(),
                    List.of(new Difference(onHost(web.id(), "web", 3, 10), new Hold(kind, 3))),
                    true);
        }
        assertThat(hosts.find(other).orElseThrow().agreement().undecided()).isZero();
        actions.stop(OPERATOR, web.id());
    }
}
