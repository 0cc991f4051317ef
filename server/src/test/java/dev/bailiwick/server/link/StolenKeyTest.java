package dev.bailiwick.server.link;

import static dev.bailiwick.server.Sealing.awaitNotified;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.FieldDescriptor;
import dev.bailiwick.jail.HostId;
import dev.bailiwick.protocol.v1.AgentMessage;
import dev.bailiwick.protocol.v1.Capability;
import dev.bailiwick.protocol.v1.Denials;
import dev.bailiwick.protocol.v1.Hello;
import dev.bailiwick.protocol.v1.JoinResponse;
import dev.bailiwick.protocol.v1.Reports;
import dev.bailiwick.protocol.v1.ServerMessage;
import dev.bailiwick.server.TestDatabase;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.host.HostName;
import dev.bailiwick.server.host.Hosts;
import dev.bailiwick.server.host.certificate.Authority;
import dev.bailiwick.server.host.certificate.JoinTokens;
import dev.bailiwick.server.notification.Notification;
import dev.bailiwick.server.notification.Notifications;
import io.grpc.Status;
import java.security.KeyPair;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;

/** A client with the key of one host sends all messages that an agent can send, about the jails of another host. */
@SpringBootTest(webEnvironment = WebEnvironment.NONE)
@Import(TestDatabase.class)
class StolenKeyTest {

    private static final Caller OPERATOR = Caller.staff(new UserId(UUID.randomUUID()), "ops", Role.OWNER);

    @Autowired
    private LinkServer server;

    @Autowired
    private Authority authority;

    @Autowired
    private Hosts hosts;

    @Autowired
    private JoinTokens tokens;

    @Autowired
    private Notifications notifications;

    @Autowired
    private JdbcClient jdbc;

    private static int addresses = 100;

    private final List<RawAgent> agents = new ArrayList<>();
    private final List<Notification> received = new CopyOnWriteArrayList<>();
    private HostId thief = new HostId(UUID.randomUUID());
    private HostId victim = thief;
    private RawAgent thiefsAgent;
    private RawAgent.Stream victims;
    private String running = "";
    private String retired = "";
    private String stopped = "";

    @BeforeEach
    void twoHosts() throws Exception {
        thief = hosts.define(OPERATOR, new HostName("t" + UUID.randomUUID())).id();
        victim = hosts.define(OPERATOR, new HostName("v" + UUID.randomUUID())).id();
        thiefsAgent = joined(thief);
        running = new JailRow(jdbc, victim, ++addresses).id();
        stopped = new JailRow(jdbc, victim, ++addresses).id();
        jdbc.sql("UPDATE jail SET wanted = 'stopped' WHERE id = ?::uuid")
                .param(stopped)
                .update();
        JailRow gone = new JailRow(jdbc, victim, ++addresses);
        gone.retire();
        retired = gone.id();
        victims = joined(victim).open(0);
        victims.say(AgentMessages.message(AgentMessages.report(running, 1, "running")));
        victims.say(AgentMessages.message(AgentMessages.denial(running, 3)));
        Awaitility.await().until(() -> count("denial", "jail_id = '" + running + "'") == 1);
    }

    @AfterEach
    void close() {
        agents.forEach(RawAgent::close);
    }

    private RawAgent joined(HostId host) throws Exception {
        KeyPair keys = RawAgent.keys("secp256r1");
        RawAgent stranger = RawAgent.stranger(authority.certificate(), server.port());
        agents.add(stranger);
        JoinResponse response = stranger.join(tokens.issue(host), RawAgent.request(keys));
        RawAgent agent = RawAgent.of(
                keys, RawAgent.certificate(response.getCertificate()), authority.certificate(), server.port());
        agents.add(agent);
        return agent;
    }

    private Stream<String> jails() {
        return Stream.of(running, retired, stopped);
    }

    @Test
    void everyKindOfMessageIsTried() {
        assertThat(AgentMessages.everything(jails().toList()).keySet())
                .containsAll(AgentMessage.getDescriptor().getOneofs().getFirst().getFields().stream()
                        .map(FieldDescriptor::getName)
                        .toList());
    }

    @Test
    void changesNothingOfAnotherHost() throws Exception {
        List<String> before = allOf(victim);
        // What its own host reported before.
        awaitNotified(jdbc, notifications);
        try (var all = notifications.onAny(received::add)) {
            RawAgent.Stream stream = thiefsAgent.open(0);
            for (Map.Entry<String, List<AgentMessage>> kind :
                    AgentMessages.everything(jails().toList()).entrySet()) {
                kind.getValue().forEach(stream::say);
                awaitAllTaken(stream);
                assertThat(allOf(victim)).as(kind.getKey()).isEqualTo(before);
            }
            awaitNotified(jdbc, notifications);
        }
        assertThat(received)
                .as("pages of the other host's jails are not woken")
                .noneMatch(notification -> notification instanceof Notification.JailReported(var jail)
                        && jails().anyMatch(jail.toString()::equals));
        victims.say(AgentMessages.message(AgentMessages.report(running, 1, "stopped")));
        Awaitility.await().until(() -> count("jail_status", "phase = 'stopped' AND jail_id = '" + running + "'") == 1);
    }

    @Test
    void isSentNothingOfAnotherHost() throws Exception {
        List<ServerMessage> told = new ArrayList<>();
        for (long claimed : new long[] {0, 1, 2, AgentMessages.MAX_REVISION}) {
            RawAgent.Stream stream = thiefsAgent.open(claimed);
            jails().forEach(jail -> stream.say(AgentMessages.message(AgentMessages.report(jail, 2, "removed"))));
            told.addAll(awaitAllTaken(stream));
        }
        assertThat(told).noneMatch(ServerMessage::hasIntent).noneMatch(ServerMessage::hasRemoval);
        // Jails of another host get the same answer as jails that never existed.
        assertThat(told).anyMatch(ServerMessage::hasForgotten);
    }

    @Test
    void greetsOnlyWithWhatIsBounded() throws Exception {
        Hello hello = AgentMessages.hello(1);
        Capability capability = hello.getFacts().getCapabilities(0);
        List<Hello> hellos = List.of(
                hello.toBuilder().setAcceptedRevision(-1).build(),
                hello.toBuilder().setAgentVersion("v".repeat(3_000_000)).build(),
                AgentMessages.with(hello, facts -> facts.setRootBase("/" + "a/".repeat(100_000) + "b")),
                AgentMessages.with(hello, facts -> facts.setCpus(-1)),
                AgentMessages.with(
                        hello, facts -> facts.addAllCapabilities(java.util.Collections.nCopies(1_000, capability))),
                AgentMessages.with(
                        hello,
                        facts -> facts.addCapabilities(capability.toBuilder().setReason("r".repeat(3_000)))),
                AgentMessages.with(
                        hello,
                        facts -> facts.addAllCapabilities(java.util.Collections.nCopies(
                                50,
                                capability.toBuilder()
                                        .addAllRefuses(java.util.Collections.nCopies(1_000, "deny:ptrace"))
                                        .build()))));
        List<String> before = allOf(victim);
        for (Hello bad : hellos) {
            RawAgent.Stream stream = thiefsAgent.greet(bad);
            assertThat(stream.end().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        }
        RawAgent.Stream stream = thiefsAgent.open(AgentMessages.MAX_REVISION);
        stream.say(AgentMessage.newBuilder().setHello(hello).build());
        assertThat(stream.end().getDescription()).contains("Hello may be sent only once");
        assertThat(allOf(victim)).isEqualTo(before);
    }

    @Test
    void floodsAreBounded() throws Exception {
        String own = new JailRow(jdbc, thief, ++addresses).id();
        RawAgent.Stream stream = thiefsAgent.open(0);
        Denials.Builder batch = Denials.newBuilder().setRun(UUID.randomUUID().toString());
        List<String> answers = List.of("EPERM", "EACCES", "ENOSYS", "EINVAL", "kill", "log", "error");
        List<String> calls = dev.bailiwick.jail.syscall.SyscallTable.linux().all().stream()
                .map(dev.bailiwick.jail.syscall.Syscall::name)
                .limit(280)
                .toList();
        long sequence = 0;
        long now = System.currentTimeMillis();
        for (String answer : answers) {
            batch.clearDenials().setSequence(++sequence);
            for (String call : calls) {
                batch.addDenials(AgentMessages.denial(own, 1).toBuilder()
                        .setCall(call)
                        .setAnswer(answer)
                        .setLastSeenEpochMillis(now - Duration.ofHours(5).toMillis()));
            }
            stream.say(AgentMessage.newBuilder().setDenials(batch).build());
        }
        awaitAllTaken(stream);
        assertThat(count("denial", "jail_id = '" + own + "'"))
                .as("rows of an hour of a jail, whatever its host sends")
                .isBetween(1_000L, 1_000L + calls.size());

        // Messages that need no query; otherwise queries would be what slows the clients down.
        AgentMessage verdict = AgentMessages.verdict();
        long begin = System.nanoTime();
        for (int i = 0; i < 5_000; i++) {
            stream.say(verdict);
        }
        awaitAllTaken(stream);
        assertThat(Duration.ofNanos(System.nanoTime() - begin))
                .as("messages beyond an agent's rate are read more slowly")
                .isGreaterThan(Duration.ofMillis(500));
    }

    @Test
    void manyStreamsAreTurnedAway() throws Exception {
        List<Status.Code> ends = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            RawAgent.Stream stream = thiefsAgent.open(-1);
            ends.add(stream.end().getCode());
        }
        assertThat(ends).contains(Status.Code.RESOURCE_EXHAUSTED);
        victims.say(AgentMessages.message(AgentMessages.report(running, 1, "stopped")));
        Awaitility.await().until(() -> count("jail_status", "phase = 'stopped' AND jail_id = '" + running + "'") == 1);
    }

    @Test
    void whoDoesNotReadIsLeft() throws Exception {
        RawAgent.Stream deaf = thiefsAgent.openDeaf(AgentMessages.hello(0));
        AgentMessage asking = AgentMessage.newBuilder()
                .setReports(Reports.newBuilder()
                        .addAllReports(IntStream.range(0, 5_000)
                                .mapToObj(n ->
                                        AgentMessages.report(UUID.randomUUID().toString(), 1, "removed"))
                                .toList()))
                .build();
        Awaitility.await().until(() -> hosts.find(thief).orElseThrow().connected());
        for (int i = 0; i < 20; i++) {
            deaf.say(asking);
        }
        // The client does not notice that its connection is closed.
        Awaitility.await()
                .atMost(Duration.ofMinutes(1))
                .until(() -> !hosts.find(thief).orElseThrow().connected());
    }

    /** Waits until the earlier messages were handled: a session handles one message after another, and has answered a later one. */
    private List<ServerMessage> awaitAllTaken(RawAgent.Stream stream) throws InterruptedException {
        String run = UUID.randomUUID().toString();
        stream.say(AgentMessage.newBuilder()
                .setDenials(Denials.newBuilder().setRun(run).setSequence(1))
                .build());
        List<ServerMessage> told = new ArrayList<>();
        ServerMessage next = stream.next();
        while (!next.getDenialsTaken().getRun().equals(run)) {
            told.add(next);
            next = stream.next();
        }
        return told;
    }

    private List<String> allOf(HostId host) {
        List<String> all = new ArrayList<>();
        for (String rows : List.of(
                "host t WHERE id = :host",
                "host_connection t WHERE host_id = :host",
                "host_certificate t WHERE host_id = :host",
                "denial_batch t WHERE host_id = :host",
                "jail t WHERE host_id = :host",
                "jail_status t WHERE jail_id IN (SELECT id FROM jail WHERE host_id = :host)",
                "jail_address t WHERE jail_id IN (SELECT id FROM jail WHERE host_id = :host)",
                "denial t WHERE jail_id IN (SELECT id FROM jail WHERE host_id = :host)")) {
            all.addAll(jdbc.sql("SELECT row_to_json(t)::text AS row FROM " + rows + " ORDER BY 1")
                    .param("host", host.value())
                    .query(String.class)
                    .list());
        }
        assertThat(all).hasSizeGreaterThan(8);
        return all;
    }

    private long count(String table, String where) {
        return jdbc.sql("SELECT count(*) FROM " + table + " WHERE " + where)
                .query(Long.class)
                .single();
    }
}
