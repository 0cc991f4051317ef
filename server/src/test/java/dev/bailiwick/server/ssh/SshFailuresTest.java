package dev.bailiwick.server.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.key.SshKeys;
import dev.bailiwick.server.account.user.Membership;
import dev.bailiwick.server.account.user.User;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.jail.JailReports;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.placement.NewJail;
import dev.bailiwick.server.ssh.TestClient.Ran;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.security.KeyPair;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.sshd.client.channel.ChannelExec;
import org.apache.sshd.client.channel.ClientChannelEvent;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.common.util.buffer.Buffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.context.annotation.Import;
import org.springframework.test.context.TestPropertySource;

/** What clients of SSH learn when the database or the host of their jail goes away, and that they can go on after it. */
@ServerTest
@Import(PlayedHost.class)
@TestPropertySource(properties = "bailiwick.ssh.address=127.0.0.1:0")
@Timeout(180)
class SshFailuresTest {

    private static final String PASSWORD = "correct horse battery";
    private static final String NO_DATABASE = "The database cannot be reached. Try again later.";
    private static final Duration LONG = Duration.ofSeconds(40);
    private static final Duration UNCHECKED = Duration.ofMillis(600);

    @Autowired
    private SshPort port;

    @Autowired
    private Users users;

    @Autowired
    private SshKeys keys;

    @Autowired
    private Jails jails;

    @Autowired
    private JailReports reports;

    @Autowired
    private JdbcConnectionDetails database;

    @Autowired
    private Fleet.Fixtures fixtures;

    private final TestClient client = new TestClient();
    private final ListAppender<ILoggingEvent> logged = new ListAppender<>();
    private User user;
    private KeyPair pair;

    @BeforeEach
    void somebodyWithAJail() throws Exception {
        CustomerId customer = fixtures.customer();
        HostId host = fixtures.connectedHostWithPool();
        JailId jail = jails.define(
                        Fleet.OPERATOR, new NewJail(customer, Optional.of(host), Optional.empty(), Fleet.named("shop")))
                .id();
        reports.apply(host, List.of(Fleet.report(jail, 1, Phase.RUNNING, Instant.now())));
        user = users.create(Fleet.OPERATOR, "f-" + UUID.randomUUID(), PASSWORD, new Membership.Of(customer));
        pair = KeyUtils.generateKeyPair(KeyPairProvider.SSH_ED25519, 256);
        var _ = keys.add(users.inSession(user.id()).orElseThrow(), PublicKeyEntry.toString(pair.getPublic()));
        client.start(port.port());
        logged.list = new CopyOnWriteArrayList<>();
        logged.start();
        ((Logger) LoggerFactory.getLogger("dev.bailiwick.server.ssh")).addAppender(logged);
    }

    @AfterEach
    void close() {
        ((Logger) LoggerFactory.getLogger("dev.bailiwick.server.ssh")).detachAppender(logged);
        client.close();
        assertThat(logged.list)
                .filteredOn(event -> event.getLevel() == Level.ERROR)
                .isEmpty();
    }

    private ClientSession signedIn() throws IOException {
        return client.byKey(user.login() + "+shop", pair);
    }

    private interface Work {
        void run() throws Exception;
    }

    /** Does some work while nobody can connect to the database. */
    private void withoutDatabase(Work work) throws Exception {
        String name = database.getJdbcUrl().replaceAll(".*/([^/?]+).*", "$1");
        try (Connection other = DriverManager.getConnection(
                        database.getJdbcUrl().replace("/" + name, "/template1"),
                        database.getUsername(),
                        database.getPassword());
                Statement statement = other.createStatement()) {
            statement.execute("ALTER DATABASE \"" + name + "\" ALLOW_CONNECTIONS false");
            try {
                statement.execute(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" + name + "'");
                work.run();
            } finally {
                statement.execute("ALTER DATABASE \"" + name + "\" ALLOW_CONNECTIONS true");
            }
            // The pool gives out connections that were used so lately without looking whether they still work.
            await().pollDelay(UNCHECKED).until(() -> true);
        }
    }

    private void assertCanWork() {
        await().atMost(LONG).ignoreExceptions().untilAsserted(() -> {
            try (ClientSession session = signedIn()) {
                assertThat(TestClient.run(session).status()).isEqualTo(3);
            }
        });
    }

    @Test
    void saysThatTheDatabaseIsAwayToThoseWhoSignIn() throws Exception {
        withoutDatabase(() -> {
            assertThat(catchThrowable(this::signedIn)).hasStackTraceContaining(NO_DATABASE);
            assertThat(catchThrowable(() -> client.byPassword(user.login() + "+shop", PASSWORD)))
                    .hasStackTraceContaining(NO_DATABASE);
        });
        assertCanWork();
    }

    @Test
    void saysThatTheDatabaseIsAwayToThoseWhoHaveSignedIn() throws Exception {
        try (ClientSession session = signedIn()) {
            withoutDatabase(
                    () -> assertThat(TestClient.run(session)).isEqualTo(new Ran("", NO_DATABASE + "\r\n", 255)));
        }
        assertCanWork();
    }

    @Test
    void endsCommandsWhileTheDatabaseIsAway() throws Exception {
        try (ClientSession session = signedIn();
                ChannelExec command = session.createExecChannel("cat")) {
            ByteArrayOutputStream output = new ByteArrayOutputStream();
            command.setOut(output);
            command.open().verify(LONG);
            await().atMost(LONG).until(() -> output.size() > 0);
            withoutDatabase(() -> {
                command.getInvertedIn().close();
                assertThat(command.waitFor(EnumSet.of(ClientChannelEvent.CLOSED), LONG))
                        .contains(ClientChannelEvent.CLOSED);
                assertThat(command.getExitStatus()).isEqualTo(3);
            });
        }
        assertCanWork();
    }

    /** A line for each would fill the log as fast as a client can send. */
    @Test
    void logsNothingThatClientsDoWrong() throws Exception {
        try (ClientSession session = signedIn();
                ChannelExec command = session.createExecChannel("cat")) {
            command.open().verify(LONG);
            Buffer unknown = session.createBuffer(SshConstants.SSH_MSG_GLOBAL_REQUEST);
            unknown.putString("unknown");
            unknown.putBoolean(false);
            var _ = session.writePacket(unknown);
            Buffer modes = request(command, "pty-req");
            modes.putString("xterm");
            for (int i = 0; i < 4; i++) {
                modes.putUInt(1);
            }
            // No mode has this number.
            modes.putBytes(new byte[] {25, 0, 0, 0, 0, (byte) 255});
            var _ = session.writePacket(modes);
            var _ = session.writePacket(request(command, "unknown"));
            assertThat(TestClient.run(session).status()).isEqualTo(3);
        }
        assertThat(logged.list).isEmpty();
    }

    private static Buffer request(ChannelExec on, String type) throws IOException {
        Buffer request = on.getSession().createBuffer(SshConstants.SSH_MSG_CHANNEL_REQUEST);
        request.putUInt(on.getRecipient());
        request.putString(type);
        request.putBoolean(false);
        return request;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void saysThatTheHostOfTheJailIsAway(boolean hasTerminal) throws Exception {
        try (ClientSession session = signedIn()) {
            assertThat(TestClient.run(session, PlayedHost.LEAVE, hasTerminal))
                    .isEqualTo(new Ran(
                            "ready\n", "The connection to the host of the jail has ended: host-gone.\r\n", 255));
            assertThat(TestClient.run(session).status()).isEqualTo(3);
        }
    }
}
