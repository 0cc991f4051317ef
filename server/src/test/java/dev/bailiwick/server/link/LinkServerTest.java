package dev.bailiwick.server.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.jail.AddressRange;
import dev.bailiwick.jail.HostFacts;
import dev.bailiwick.jail.report.Condition;
import dev.bailiwick.protocol.ReportWire;
import dev.bailiwick.protocol.v1.Accepted;
import dev.bailiwick.protocol.v1.AgentMessage;
import dev.bailiwick.protocol.v1.Denial;
import dev.bailiwick.protocol.v1.Denials;
import dev.bailiwick.protocol.v1.DesiredObject;
import dev.bailiwick.protocol.v1.Heartbeat;
import dev.bailiwick.protocol.v1.JailReport;
import dev.bailiwick.protocol.v1.JoinResponse;
import dev.bailiwick.protocol.v1.Reports;
import dev.bailiwick.protocol.v1.ServerMessage;
import dev.bailiwick.server.TestDatabase;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.host.Host;
import dev.bailiwick.server.host.HostName;
import dev.bailiwick.server.host.Hosts;
import dev.bailiwick.server.host.certificate.Authority;
import dev.bailiwick.server.host.certificate.HostCertificates;
import dev.bailiwick.server.host.certificate.JoinTokens;
import dev.bailiwick.server.network.AddressPool;
import dev.bailiwick.server.network.Pools;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;

@SpringBootTest(webEnvironment = WebEnvironment.NONE)
@Import(TestDatabase.class)
class LinkServerTest {

    private static final Caller OPERATOR =
            new Caller(new UserId(UUID.randomUUID()), "ops", Role.OPERATOR, Optional.empty(), Role.OPERATOR.scopes());

    @Autowired
    private LinkServer server;

    @Autowired
    private Authority authority;

    @Autowired
    private Hosts hosts;

    @Autowired
    private JoinTokens tokens;

    @Autowired
    private HostCertificates certificates;

    @Autowired
    private Pools pools;

    @Autowired
    private JdbcClient jdbc;

    private final List<RawAgent> agents = new ArrayList<>();
    private Host host;

    @BeforeEach
    void defineHost() {
        host = hosts.define(OPERATOR, new HostName("h" + UUID.randomUUID()));
    }

    @AfterEach
    void closeConnections() {
        agents.forEach(RawAgent::close);
    }

    private RawAgent stranger() throws Exception {
        RawAgent agent = RawAgent.stranger(authority.certificate(), server.port());
        agents.add(agent);
        return agent;
    }

    private RawAgent joined() throws Exception {
        KeyPair keys = RawAgent.keys("secp256r1");
        JoinResponse response = stranger().join(tokens.issue(host.id()), RawAgent.request(keys));
        return agent(keys, RawAgent.certificate(response.getCertificate()));
    }

    private RawAgent agent(KeyPair keys, X509Certificate certificate) throws Exception {
        RawAgent agent = RawAgent.of(keys, certificate, authority.certificate(), server.port());
        agents.add(agent);
        return agent;
    }

    private static RawAgent.Stream welcomed(RawAgent agent, long accepted) throws InterruptedException {
        RawAgent.Stream stream = agent.open(accepted);
        assertThat(stream.next().getWelcome().getHeartbeatIntervalMillis()).isEqualTo(10_000);
        return stream;
    }

    @Test
    void tokenServesOneOfAllWhoSpendItAtOnce() throws Exception {
        String token = tokens.issue(host.id());
        byte[] request = RawAgent.request(RawAgent.keys("secp256r1"));
        RawAgent agent = stranger();
        Callable<String> spend = () -> {
            try {
                return agent.join(token, request).getHostName();
            } catch (StatusRuntimeException e) {
                return e.getStatus().getCode().name();
            }
        };
        try (ExecutorService machines = Executors.newVirtualThreadPerTaskExecutor()) {
            List<String> outcomes = machines.invokeAll(List.of(spend, spend, spend, spend)).stream()
                    .map(Future::resultNow)
                    .sorted()
                    .toList();
            assertThat(outcomes)
                    .containsExactly(
                            "UNAUTHENTICATED",
                            "UNAUTHENTICATED",
                            "UNAUTHENTICATED",
                            host.name().value());
        }
    }

    @Test
    void refusesTokenThatExpiredOrWasReplacedOrNeverWas() throws Exception {
        byte[] request = RawAgent.request(RawAgent.keys("secp256r1"));
        RawAgent agent = stranger();
        String replaced = tokens.issue(host.id());
        String expired = tokens.issue(host.id());
        jdbc.sql("UPDATE join_token SET issued_at = now() - interval '2 days', expires_at = now() - interval '1 day'"
                        + " WHERE host_id = ?")
                .param(host.id().value())
                .update();
        for (String token : List.of(replaced, expired, "bwj_x." + authority.fingerprint(), "")) {
            assertThatThrownBy(() -> agent.join(token, request))
                    .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.type(StatusRuntimeException.class))
                    .extracting(e -> e.getStatus().getCode())
                    .isEqualTo(Status.Code.UNAUTHENTICATED);
        }
    }

    @Test
    void badRequestDoesNotCostTheToken() throws Exception {
        String token = tokens.issue(host.id());
        RawAgent agent = stranger();
        byte[] forged = RawAgent.request(RawAgent.keys("secp256r1"));
        forged[forged.length - 1] ^= 1;
        List<byte[]> bad = List.of(
                new byte[0], new byte[] {0x30, 0x03, 1, 2, 3}, forged, RawAgent.request(RawAgent.keys("secp384r1")));
        for (byte[] request : bad) {
            assertThatThrownBy(() -> agent.join(token, request)).hasMessageContaining("INVALID_ARGUMENT");
        }
        assertThat(agent.join(token, RawAgent.request(RawAgent.keys("secp256r1")))
                        .getHostId())
                .isEqualTo(host.id().toString());
    }

    @Test
    void refusesLinkWithoutCertificate() throws Exception {
        assertThat(stranger().open(0).end().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
    }

    @Test
    void refusesForgedCertificateInTheHandshake() throws Exception {
        JoinResponse response = stranger().join(tokens.issue(host.id()), RawAgent.request(RawAgent.keys("secp256r1")));
        X509Certificate genuine = RawAgent.certificate(response.getCertificate());
        KeyPair keys = RawAgent.keys("secp256r1");
        X509Certificate forged = ForeignAuthority.forged(genuine, host.id(), keys);
        assertThat(agent(keys, forged).open(0).end().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    }

    @Test
    void refusesRevokedCertificateAndEndsItsStream() throws Exception {
        RawAgent agent = joined();
        RawAgent.Stream stream = welcomed(agent, 0);
        certificates.revoke(OPERATOR, host.id());
        assertThat(stream.end().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
        assertThat(agent.open(0).end().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
    }

    @Test
    void joiningAgainShutsOutWhoJoinedBefore() throws Exception {
        RawAgent.Stream before = welcomed(joined(), 0);
        RawAgent.Stream after = welcomed(joined(), 0);
        assertThat(before.end().getCode()).isIn(Status.Code.UNAUTHENTICATED, Status.Code.ABORTED);
        after.say(AgentMessage.newBuilder()
                .setHeartbeat(Heartbeat.getDefaultInstance())
                .build());
        assertThat(hosts.find(host.id()).orElseThrow().connected()).isTrue();
    }

    @Test
    void refusesRetiredHost() throws Exception {
        RawAgent agent = joined();
        hosts.retire(OPERATOR, host.id());
        assertThat(agent.open(0).end().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
    }

    @Test
    void newerSessionReplacesTheOlder() throws Exception {
        RawAgent agent = joined();
        RawAgent.Stream older = welcomed(agent, 0);
        RawAgent.Stream newer = welcomed(agent, 0);
        assertThat(older.end().getCode()).isEqualTo(Status.Code.ABORTED);
        assertThat(hosts.find(host.id()).orElseThrow().connected())
                .as("the end of the older session does not end the newer one")
                .isTrue();
        newer.leave();
        Awaitility.await().until(() -> !hosts.find(host.id()).orElseThrow().connected());
    }

    @Test
    void keepsWhichDemandsAHostCanNotMeet() throws Exception {
        welcomed(joined(), 0);

        assertThat(hosts.find(host.id())
                        .flatMap(Host::presence)
                        .orElseThrow()
                        .facts()
                        .capabilities())
                .containsExactly(
                        new HostFacts.Capability("filter", false, "there is none", List.of("log", "deny:ptrace")));
    }

    @Test
    void sendsSnapshotFirstAndDeltasAfterwards() throws Exception {
        JailRow first = new JailRow(jdbc, host.id(), 1);
        RawAgent agent = joined();
        RawAgent.Stream stream = welcomed(agent, 0);
        assertThat(stream.next().hasSnapshotBegin()).isTrue();
        assertThat(stream.next().getIntent().getJailId()).isEqualTo(first.id());
        assertThat(stream.next().getCommit().getRevision()).isEqualTo(1);
        stream.say(accepted(1));

        JailRow second = new JailRow(jdbc, host.id(), 2);
        assertThat(stream.next().getIntent().getJailId()).isEqualTo(second.id());
        assertThat(stream.next().getCommit().getRevision()).isEqualTo(2);
        stream.say(accepted(2));
        Awaitility.await()
                .until(() -> hosts.find(host.id())
                        .flatMap(Host::presence)
                        .filter(presence -> presence.acceptedRevision() == 2)
                        .isPresent());

        RawAgent.Stream again = welcomed(agent, 1);
        assertThat(again.next().getIntent().getJailId()).as("only the new jail").isEqualTo(second.id());
        assertThat(again.next().getCommit().getRevision()).isEqualTo(2);
        assertThat(again.isSilentFor(300)).isTrue();

        RawAgent.Stream ahead = welcomed(agent, 99);
        assertThat(ahead.next().hasSnapshotBegin()).as("ahead of the database").isTrue();
    }

    /** The other tests use agents of the previous version, which name no kinds. */
    @Test
    void sendsObjectsOfTheKindsThatTheAgentKnows() throws Exception {
        JailRow jail = new JailRow(jdbc, host.id(), 8);
        RawAgent agent = joined();
        RawAgent.Stream stream = agent.greet(
                RawAgent.hello(0).toBuilder().addKinds("jail").addKinds("tide").build());
        assertThat(stream.next().hasWelcome()).isTrue();
        assertThat(stream.next().hasSnapshotBegin()).isTrue();
        DesiredObject object = stream.next().getObject();
        assertThat(object.getKind()).isEqualTo("jail");
        assertThat(object.getId()).isEqualTo(jail.id());
        assertThat(object.getGeneration()).isEqualTo(1);
        assertThat(object.getJail().getJailId()).isEqualTo(jail.id());
        assertThat(stream.next().hasCommit()).isTrue();

        RawAgent.Stream ofTides =
                agent.greet(RawAgent.hello(0).toBuilder().addKinds("tide").build());
        assertThat(ofTides.next().hasWelcome()).isTrue();
        assertThat(ofTides.next().hasSnapshotBegin()).isTrue();
        assertThat(ofTides.next().hasCommit()).as("the agent knows no jails").isTrue();
    }

    @Test
    void tellsEachHostWhichAddressesJailsCanHave() throws Exception {
        Host other = hosts.define(OPERATOR, new HostName("h" + UUID.randomUUID()));
        AddressRange here = AddressRange.parse("203.0.113.0/28");
        AddressRange elsewhere = AddressRange.parse("203.0.113.16/28");
        AddressRange anywhere = AddressRange.parse("2001:db8:28::/64");
        AddressPool elsewheres = pools.define(OPERATOR, elsewhere, Optional.of(other.id()), "");
        RawAgent.Stream stream = welcomed(joined(), 0);
        var first = stream.nextPools();
        assertThat(first.getElsewhereList()).contains(elsewhere.toString());
        assertThat(first.getHereList()).doesNotContain(elsewhere.toString());

        AddressPool heres = pools.define(OPERATOR, here, Optional.of(host.id()), "");
        assertThat(stream.nextPools().getHereList()).contains(here.toString());
        AddressPool anywheres = pools.define(OPERATOR, anywhere, Optional.empty(), "");
        assertThat(stream.nextPools().getHereList()).contains(here.toString(), anywhere.toString());
        for (AddressPool pool : List.of(elsewheres, heres, anywheres)) {
            pools.remove(OPERATOR, pool.id());
        }
        var last = stream.nextPools();
        while (last.getHereList().contains(anywhere.toString())) {
            last = stream.nextPools();
        }
        assertThat(last.getHereList()).doesNotContain(here.toString());
        assertThat(last.getElsewhereList()).doesNotContain(elsewhere.toString());
    }

    @Test
    void keepsWhatComesWhileAHostIsAcceptingAsOneCommit() throws Exception {
        JailRow first = new JailRow(jdbc, host.id(), 5);
        RawAgent.Stream stream = welcomed(joined(), 0);
        assertThat(stream.next().hasSnapshotBegin()).isTrue();
        assertThat(stream.next().getIntent().getJailId()).isEqualTo(first.id());
        assertThat(stream.next().getCommit().getRevision()).isEqualTo(1);

        JailRow second = new JailRow(jdbc, host.id(), 6);
        JailRow third = new JailRow(jdbc, host.id(), 7);
        assertThat(stream.isSilentFor(300)).isTrue();
        stream.say(accepted(1));
        assertThat(List.of(
                        stream.next().getIntent().getJailId(),
                        stream.next().getIntent().getJailId()))
                .containsExactly(second.id(), third.id());
        assertThat(stream.next().getCommit().getRevision()).isEqualTo(3);
    }

    @Test
    void endsSessionsWhenTheDatabaseMayHaveLostWhatTheyReported() throws Exception {
        RawAgent.Stream stream = welcomed(joined(), 0);
        stream.next();
        jdbc.sql("""
                        SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                        WHERE application_name = 'bailiwick notifications' AND datname = current_database()
                        """).query(Integer.class).single();
        assertThat(stream.end().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    }

    @Test
    void answersRemovalThatIsDoneWithForgotten() throws Exception {
        JailRow jail = new JailRow(jdbc, host.id(), 3);
        RawAgent.Stream stream = welcomed(joined(), 0);
        jail.retire();
        ServerMessage message = stream.next();
        while (!message.hasRemoval()) {
            message = stream.next();
            if (message.hasCommit()) {
                stream.say(accepted(message.getCommit().getRevision()));
            }
        }
        stream.say(report(jail.id(), 2, "removed"));
        while (!message.hasForgotten()) {
            message = stream.next();
        }
        assertThat(message.getForgotten().getJailIdsList()).containsExactly(jail.id());
    }

    @Test
    void malformedPartOfABatchCostsNoOther() throws Exception {
        JailRow jail = new JailRow(jdbc, host.id(), 4);
        RawAgent.Stream stream = welcomed(joined(), 0);
        Reports.Builder batch = Reports.newBuilder()
                .addReports(report("no id", 1, "running").getReports().getReports(0))
                .addReports(report(jail.id(), 1, "dead").getReports().getReports(0))
                .addReports(report(jail.id(), 1, "running").getReports().getReports(0))
                .addReports(report(UUID.randomUUID().toString(), -1, "running")
                        .getReports()
                        .getReports(0));
        stream.say(AgentMessage.newBuilder().setReports(batch).build());
        Awaitility.await()
                .until(() -> jdbc.sql("SELECT phase FROM jail_status WHERE jail_id = ?::uuid")
                        .param(jail.id())
                        .query(String.class)
                        .optional()
                        .equals(Optional.of("running")));

        Denial denial = Denial.newBuilder()
                .setJailId(jail.id())
                .setCall("ptrace")
                .setAnswer("EPERM")
                .setCount(3)
                .setLastSeenEpochMillis(System.currentTimeMillis())
                .build();
        stream.say(AgentMessage.newBuilder()
                .setDenials(Denials.newBuilder()
                        .setRun(UUID.randomUUID().toString())
                        .setSequence(1)
                        .addDenials(denial.toBuilder().setJailId("no id"))
                        .addDenials(denial.toBuilder().setCount(0))
                        .addDenials(denial))
                .build());
        ServerMessage answer = stream.next();
        while (!answer.hasDenialsTaken()) {
            answer = stream.next();
        }
        assertThat(jdbc.sql("SELECT count FROM denial WHERE jail_id = ?::uuid")
                        .param(jail.id())
                        .query(Long.class)
                        .list())
                .containsExactly(3L);
    }

    @Test
    void keepsWhatAHostSaysIsWrongWithItself() throws Exception {
        RawAgent agent = joined();
        RawAgent.Stream stream = welcomed(agent, 0);
        Condition full = new Condition("DiskFull", "no space is left", Instant.ofEpochMilli(1_900_000_000_000L));
        stream.say(AgentMessage.newBuilder()
                .setHostConditions(ReportWire.toWire(List.of(full)))
                .build());
        Awaitility.await().until(() -> conditions().equals(List.of(full)));
        stream.say(AgentMessage.newBuilder()
                .setHostConditions(ReportWire.toWire(List.of()))
                .build());
        Awaitility.await().until(() -> conditions().isEmpty());

        stream.say(AgentMessage.newBuilder()
                .setHostConditions(ReportWire.toWire(List.of(full)))
                .build());
        Awaitility.await().until(() -> !conditions().isEmpty());
        welcomed(agent, 0);
        assertThat(conditions())
                .as("a new stream reports it again, if it still holds")
                .isEmpty();
    }

    private List<Condition> conditions() {
        return hosts.find(host.id()).flatMap(Host::presence).orElseThrow().conditions();
    }

    private static AgentMessage accepted(long revision) {
        return AgentMessage.newBuilder()
                .setAccepted(Accepted.newBuilder().setRevision(revision))
                .build();
    }

    private static AgentMessage report(String jail, long generation, String phase) {
        return AgentMessage.newBuilder()
                .setReports(Reports.newBuilder()
                        .addReports(JailReport.newBuilder()
                                .setJailId(jail)
                                .setGeneration(generation)
                                .setPhase(phase)
                                .setAtEpochMicros(1_900_000_000_000_000L)))
                .build();
    }

    @Test
    void answersABatchOfDenialsHoweverOftenItComes() throws Exception {
        RawAgent.Stream stream = welcomed(joined(), 0);
        Denials batch = Denials.newBuilder()
                .setRun(UUID.randomUUID().toString())
                .setSequence(1)
                .addDenials(Denial.newBuilder()
                        .setJailId(UUID.randomUUID().toString())
                        .setCall("ptrace")
                        .setAnswer("EPERM")
                        .setCount(3)
                        .setLastSeenEpochMillis(1))
                .build();
        for (int i = 0; i < 2; i++) {
            stream.say(AgentMessage.newBuilder().setDenials(batch).build());
            ServerMessage answer = stream.next();
            while (!answer.hasDenialsTaken()) {
                answer = stream.next();
            }
            assertThat(answer.getDenialsTaken().getRun()).isEqualTo(batch.getRun());
            assertThat(answer.getDenialsTaken().getSequence()).isEqualTo(1);
        }
        stream.say(AgentMessage.newBuilder()
                .setDenials(batch.toBuilder().setRun("nobody"))
                .build());
        assertThat(stream.end().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    }
}
