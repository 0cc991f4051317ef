package dev.bailiwick.server.jail.difference;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static dev.bailiwick.server.Fleet.at;
import static dev.bailiwick.server.Fleet.named;
import static dev.bailiwick.server.Fleet.report;
import static dev.bailiwick.server.Sealing.awaitSealed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.authentication;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.csrf;

import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.Command;
import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.Hostname;
import dev.bailiwick.jail.IpAddresses;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.JailName;
import dev.bailiwick.jail.Limits;
import dev.bailiwick.jail.RootPath;
import dev.bailiwick.jail.WantedState;
import dev.bailiwick.jail.desired.DesiredJail;
import dev.bailiwick.jail.desired.DesiredJail.FilesFate;
import dev.bailiwick.jail.desired.Difference;
import dev.bailiwick.jail.desired.Hold;
import dev.bailiwick.jail.desired.Hold.Kind;
import dev.bailiwick.jail.policy.Policy;
import dev.bailiwick.jail.report.Condition;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.jail.report.Report;
import dev.bailiwick.jail.syscall.Profile;
import dev.bailiwick.server.ApiClient;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.host.Hosts;
import dev.bailiwick.server.jail.DesiredStates;
import dev.bailiwick.server.jail.JailActions;
import dev.bailiwick.server.jail.JailReports;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.intent.JailDiffersOnHost;
import dev.bailiwick.server.jail.intent.JailNotFound;
import dev.bailiwick.server.jail.placement.NewJail;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.network.AddressTaken;
import dev.bailiwick.server.problem.InvalidRequest;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpMethod;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;

/** The differences between a host and the server, and the decisions of an operator about them. */
@ServerTest
class DifferencesTest {

    private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");

    @Autowired
    private Differences differences;

    @Autowired
    private ReportedDifferences reported;

    @Autowired
    private Jails jails;

    @Autowired
    private JailActions actions;

    @Autowired
    private DesiredStates desired;

    @Autowired
    private JailReports reports;

    @Autowired
    private Hosts hosts;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private MockMvc mvc;

    @Autowired
    private ApiClient api;

    @Autowired
    private Fleet.Fixtures fixtures;

    private HostId host = new HostId(UUID.randomUUID());
    private CustomerId customer = new CustomerId(UUID.randomUUID());
    private String network = "";

    @BeforeEach
    void makeAHost() {
        host = fixtures.connectedHost();
        network = fixtures.pool(host);
        customer = fixtures.customer();
    }

    private DesiredJail.Present onHost(JailId id, String name, long generation, int number) {
        return new DesiredJail.Present(
                id,
                generation,
                new JailDefinition(
                        new JailName(name),
                        new Hostname(name),
                        new RootPath("/var/lib/bailiwick/jails/" + id),
                        new Base.Thin(),
                        IpAddresses.of(network + number),
                        Policy.of(Profile.HOSTING),
                        new Command(List.of("/bin/true"), Map.of()),
                        Limits.NONE,
                        WantedState.RUNNING),
                customer.toString());
    }

    private void list(Difference... all) {
        reported.take(host, UUID.randomUUID(), List.of(all), true);
    }

    private JailView define(String name, int number) {
        return jails.define(
                OPERATOR,
                new NewJail(customer, Optional.of(host), Optional.empty(), at(named(name), null, network + number)));
    }

    private long undecided() {
        return hosts.find(host).orElseThrow().agreement().undecided();
    }

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

    @Test
    void showsAndEndsThemByApiAndPage() {
        DesiredJail.Present web = onHost(Jails.fresh(), "web", 7, 9);
        list(new Difference(web, new Hold(Kind.UNKNOWN, 7)));
        String address = "/hosts/" + host + "/differences";

        assertThat(call(HttpMethod.GET, "/api/v1" + address, ""))
                .hasStatus(200)
                .bodyJson()
                .extractingPath("$.items[0].onHost.ip[0]")
                .isEqualTo(network + 9);
        assertThat(call(HttpMethod.GET, address, "")).hasStatus(200).bodyText().contains("web", network + 9, "adopt");
        assertThat(call(HttpMethod.GET, "/hosts?q=" + host, ""))
                .hasStatus(200)
                .bodyText()
                .contains(address);
        assertThat(call(HttpMethod.PUT, "/api/v1" + address + "/" + web.id(), "{\"choice\": \"restore\"}"))
                .hasStatus(422)
                .bodyText()
                .contains("/choice");
        assertThat(call(HttpMethod.DELETE, "/api/v1/hosts/" + host + "/divergence", ""))
                .hasStatus(409);
        assertThat(call(HttpMethod.PUT, "/api/v1" + address + "/" + web.id(), "{\"choice\": \"keep\"}"))
                .hasStatus(204);
        assertThat(call(HttpMethod.DELETE, "/api/v1/hosts/" + host + "/divergence", ""))
                .hasStatus(204);
        assertThat(MockMvcTester.create(mvc)
                        .post()
                        .uri(address)
                        .with(authentication(token()))
                        .with(csrf())
                        .param("jail", web.id().toString())
                        .param("choice", "adopt")
                        .exchange())
                .hasStatus(302);
        assertThat(jails.find(OPERATOR, web.id()).definition()).isEqualTo(web.definition());
    }

    /** Shows only the names of the environment's variables, because their values may be secret. */
    @Test
    void saysInWhichFieldsTheDefinitionsDiffer() {
        JailView web = define("web", 9);
        JailDefinition on = web.definition();
        DesiredJail.Present hosts = new DesiredJail.Present(
                web.id(),
                3,
                new JailDefinition(
                        on.name(),
                        on.hostname(),
                        on.path(),
                        on.base(),
                        on.addresses(),
                        on.policy(),
                        new Command(on.command().argv(), Map.of("KEY", "not-to-be-shown")),
                        on.limits(),
                        WantedState.STOPPED),
                customer.toString());
        list(new Difference(hosts, new Hold(Kind.CHANGED, 3)));

        MvcTestResult listed = call(HttpMethod.GET, "/api/v1/hosts/" + host + "/differences", "");

        assertThat(listed)
                .bodyJson()
                .extractingPath("$.items[0].differs")
                .isEqualTo(List.of(
                        Map.of("field", "environment", "onHost", "KEY", "onServer", ""),
                        Map.of("field", "wanted", "onHost", "stopped", "onServer", "running")));
        assertThat(call(HttpMethod.GET, "/hosts/" + host + "/differences", ""))
                .bodyText()
                .contains("desired state: stopped", "environment, other values: KEY")
                .doesNotContain("not-to-be-shown");
    }

    @Test
    void asksBeforeAnythingIsGivenUp() {
        DesiredJail.Present web = onHost(Jails.fresh(), "web", 7, 9);
        DesiredJail.Present db = onHost(Jails.fresh(), "db", 7, 10);
        list(new Difference(web, new Hold(Kind.UNKNOWN, 7)), new Difference(db, new Hold(Kind.UNKNOWN, 7)));
        assertThat(decide(Map.of("kind", "unknown", "choice", "remove")))
                .hasStatusOk()
                .bodyText()
                .contains("Remove 2 jails from", web.id().toString(), db.id().toString(), "Their files are kept");
        assertThat(undecided()).as("nothing is decided yet").isEqualTo(2);

        assertThat(decide(Map.of("jail", web.id().toString(), "choice", "remove", "confirmed", "true")))
                .hasStatus(302);

        assertThat(undecided()).isOne();
        assertThat(decide(Map.of("jail", db.id().toString(), "choice", "keep")))
                .as("this decision loses nothing")
                .hasStatus(302);
        assertThat(undecided()).isZero();
    }

    @Test
    void refusesACustomerForAnythingButAnUnknownJail() {
        JailView web = define("web", 9);
        list(new Difference(onHost(web.id(), "web", 3, 10), new Hold(Kind.CHANGED, 3)));

        assertThat(call(
                        HttpMethod.PUT,
                        "/api/v1/hosts/" + host + "/differences/" + web.id(),
                        "{\"choice\": \"keep\", \"customer\": \"" + fixtures.customer() + "\"}"))
                .hasStatus(422)
                .bodyText()
                .contains("/customer");
        assertThat(undecided()).isOne();
    }

    private MvcTestResult decide(Map<String, String> fields) {
        var form = MockMvcTester.create(mvc)
                .post()
                .uri("/hosts/" + host + "/differences")
                .with(authentication(token()))
                .with(csrf());
        fields.forEach((name, value) -> form.param(name, value));
        return form.exchange();
    }

    private MvcTestResult call(HttpMethod method, String address, String body) {
        return api.call(OPERATOR, method, address, body);
    }

    private static TestingAuthenticationToken token() {
        return new TestingAuthenticationToken(OPERATOR, null, "ROLE_OPERATOR");
    }
}
