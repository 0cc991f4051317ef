package dev.bailiwick.server.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.MemberRole;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.account.member.JailRights;
import dev.bailiwick.server.account.member.MemberChange;
import dev.bailiwick.server.account.member.Members;
import dev.bailiwick.server.account.user.Membership;
import dev.bailiwick.server.account.user.User;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.bounds.Bound;
import dev.bailiwick.server.jail.JailReports;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.intent.CustomerSuspensions;
import dev.bailiwick.server.jail.placement.NewJail;
import dev.bailiwick.server.jail.view.JailView;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.sshd.client.channel.ChannelDirectTcpip;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.channel.exception.SshChannelOpenException;
import org.apache.sshd.common.util.net.SshdSocketAddress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.TestPropertySource;

/** Connections over SSH to ports of jails: where they lead, who may open them, and when they end. The host of the jail is played. */
@ServerTest
@Import(PlayedHost.class)
@TestPropertySource(properties = "bailiwick.ssh.address=127.0.0.1:0")
@Timeout(120)
class SshForwardTest {

    private static final String PASSWORD = "correct horse battery";
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final int PORT = 80;

    @Autowired
    private SshPort port;

    @Autowired
    private Users users;

    @Autowired
    private Members members;

    @Autowired
    private Jails jails;

    @Autowired
    private JailReports reports;

    @Autowired
    private CustomerSuspensions suspensions;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private Fleet.Fixtures fixtures;

    private final TestClient client = new TestClient();
    private CustomerId customer;
    private HostId host;
    private JailView jail;
    private User user;

    @BeforeEach
    void somebodyWhoWorksInAJail() {
        customer = fixtures.customer();
        host = fixtures.connectedHostWithPool();
        jail = jails.define(
                Fleet.OPERATOR, new NewJail(customer, Optional.of(host), Optional.empty(), Fleet.named("shop")));
        reports.apply(host, List.of(Fleet.report(jail.id(), 1, Phase.RUNNING, Instant.now())));
        user = users.create(Fleet.OPERATOR, "u-" + UUID.randomUUID(), PASSWORD, new Membership.Of(fixtures.customer()));
        give(Right.CONSOLE);
        client.start(port.port());
    }

    @AfterEach
    void close() {
        client.close();
    }

    private void give(Right right) {
        members.put(
                Fleet.OPERATOR,
                customer,
                user.id(),
                new MemberChange(MemberRole.COLLEAGUE, List.of(new JailRights(jail.id(), Set.of(right)))));
    }

    private ClientSession signedIn() throws IOException {
        return client.byPassword(user.login() + "+shop", PASSWORD);
    }

    private static ChannelDirectTcpip open(ClientSession session, String target, int port) throws IOException {
        ChannelDirectTcpip channel = session.createDirectTcpipChannel(
                new SshdSocketAddress("127.0.0.1", 1), new SshdSocketAddress(target, port));
        channel.open().verify(LONG);
        return channel;
    }

    /** Returns what comes from a port, and what it says to this input, until both have ended. */
    private static String exchange(ClientSession session, String target, String input) throws IOException {
        ChannelDirectTcpip channel = open(session, target, PORT);
        try (InputStream from = channel.getInvertedOut();
                OutputStream to = channel.getInvertedIn()) {
            to.write(input.getBytes(StandardCharsets.UTF_8));
            // The end of one direction.
            to.close();
            return new String(from.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** Returns the reason for which a channel is not opened. */
    private static int refusal(ClientSession session, String target, int port) {
        Throwable failure = catchThrowable(() -> open(session, target, port));
        return Stream.iterate(failure, one -> one != null, Throwable::getCause)
                .filter(SshChannelOpenException.class::isInstance)
                .map(SshChannelOpenException.class::cast)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no channel was refused", failure))
                .getReasonCode();
    }

    private List<String> recorded() {
        return jdbc.sql("""
                        SELECT detail ->> 'target' || ' ' || (detail ->> 'port') FROM audit_event
                        WHERE action = 'jail.port-forwarded' AND subject_id = ? ORDER BY id
                        """)
                .param(jail.id().toString())
                .query((row, number) -> String.valueOf(row.getString(1)))
                .list();
    }

    @Test
    void leadsToTheJailAndIsRecordedOnceForEachPort() throws Exception {
        String own = jail.definition().addresses().primary().stream()
                .map(IpAddress::value)
                .map(address -> address.getHostAddress())
                .collect(Collectors.joining(" "));
        String first = jail.definition().addresses().primary().getFirst().toString();
        String hostname = jail.definition().hostname().value();
        try (ClientSession session = signedIn()) {
            assertThat(exchange(session, "localhost", "hello")).isEqualTo("127.0.0.1 0:0:0:0:0:0:0:1\nhelloend");
            assertThat(exchange(session, "localhost", "again")).endsWith("\nagainend");
            assertThat(exchange(session, "127.0.0.1", "")).isEqualTo("127.0.0.1\nend");
            assertThat(exchange(session, "::1", "")).isEqualTo("0:0:0:0:0:0:0:1\nend");
            assertThat(exchange(session, first, ""))
                    .isEqualTo(jail.definition()
                                    .addresses()
                                    .primary()
                                    .getFirst()
                                    .value()
                                    .getHostAddress() + "\nend");
            assertThat(exchange(session, hostname, "")).isEqualTo(own + "\nend");
        }
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(recorded())
                        .containsExactly("localhost 80", "127.0.0.1 80", "::1 80", first + " 80", hostname + " 80"));
    }

    @Test
    void refusesEverythingElse() throws Exception {
        try (ClientSession session = signedIn()) {
            for (String target : List.of(
                    "169.254.169.254",
                    "127.0.0.2",
                    "0.0.0.0",
                    "::",
                    "example.org",
                    "ip6-localhost",
                    "localhost.",
                    "")) {
                assertThat(refusal(session, target, PORT))
                        .as(target)
                        .isEqualTo(SshConstants.SSH_OPEN_ADMINISTRATIVELY_PROHIBITED);
            }
            assertThat(refusal(session, "localhost", 0)).isEqualTo(SshConstants.SSH_OPEN_ADMINISTRATIVELY_PROHIBITED);
            assertThat(refusal(session, "localhost", PlayedPort.CLOSED))
                    .isEqualTo(SshConstants.SSH_OPEN_CONNECT_FAILED);
            assertThat(exchange(session, "localhost", "still")).endsWith("\nstillend");
        }
    }

    @Test
    void needsTheRightToAConsoleAndARunningJail() throws Exception {
        try (ClientSession session = client.byPassword(user.login() + "+nothing", PASSWORD)) {
            assertThat(refusal(session, "localhost", PORT))
                    .isEqualTo(SshConstants.SSH_OPEN_ADMINISTRATIVELY_PROHIBITED);
        }
        reports.apply(host, List.of(Fleet.report(jail.id(), 1, Phase.STOPPED, Instant.now())));
        try (ClientSession session = signedIn()) {
            assertThat(refusal(session, "localhost", PORT)).isEqualTo(SshConstants.SSH_OPEN_CONNECT_FAILED);
        }
        give(Right.FILES);
        try (ClientSession session = signedIn()) {
            assertThat(refusal(session, "localhost", PORT))
                    .isEqualTo(SshConstants.SSH_OPEN_ADMINISTRATIVELY_PROHIBITED);
        }
        give(Right.CONSOLE);
        suspensions.suspend(Fleet.OPERATOR, customer, "unpaid");
        try (ClientSession session = signedIn()) {
            assertThat(refusal(session, "localhost", PORT))
                    .isEqualTo(SshConstants.SSH_OPEN_ADMINISTRATIVELY_PROHIBITED);
        }
        assertThat(recorded()).isEmpty();
    }

    @Test
    void endsWhenTheRightIsWithdrawn() throws Exception {
        try (ClientSession session = signedIn()) {
            ChannelDirectTcpip channel = open(session, "localhost", PORT);
            give(Right.POWER);
            assertThat(session.waitFor(EnumSet.of(ClientSession.ClientSessionEvent.CLOSED), Duration.ofSeconds(2)))
                    .contains(ClientSession.ClientSessionEvent.CLOSED);
            assertThat(channel.isClosed()).isTrue();
        }
    }

    @Test
    void closesTheChannelWhenTheJailResetsTheConnection() throws Exception {
        try (ClientSession session = signedIn()) {
            ChannelDirectTcpip channel = open(session, "localhost", PlayedPort.RESETTING);
            await().atMost(LONG).until(channel::isClosed);
        }
    }

    @Test
    void boundsTheConnectionsToAJailAndGivesTheirPlacesBack() throws Exception {
        try (ClientSession session = signedIn()) {
            List<ChannelDirectTcpip> all = new ArrayList<>();
            for (int i = 0; i < Bound.FORWARDS_OF_A_JAIL.value(); i++) {
                all.add(open(session, "localhost", PORT));
            }
            assertThat(refusal(session, "localhost", PORT)).isEqualTo(SshConstants.SSH_OPEN_RESOURCE_SHORTAGE);
            assertThat(TestClient.run(session).status())
                    .as("a command beside them")
                    .isEqualTo(3);
            assertThat(all.getFirst().close(false).await(LONG)).isTrue();
            await().atMost(LONG)
                    .ignoreExceptionsInstanceOf(IOException.class)
                    .untilAsserted(() ->
                            assertThat(exchange(session, "localhost", "room")).endsWith("roomend"));
        }
        await().atMost(LONG).ignoreExceptions().untilAsserted(() -> {
            try (ClientSession session = signedIn()) {
                for (int i = 0; i < Bound.FORWARDS_OF_A_JAIL.value(); i++) {
                    assertThat(open(session, "localhost", PORT).isOpen()).isTrue();
                }
            }
        });
    }
}
