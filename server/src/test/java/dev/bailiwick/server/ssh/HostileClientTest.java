package dev.bailiwick.server.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.MemberRole;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.account.authentication.Credential;
import dev.bailiwick.server.account.key.SshKeys;
import dev.bailiwick.server.account.member.JailRights;
import dev.bailiwick.server.account.member.MemberChange;
import dev.bailiwick.server.account.member.Members;
import dev.bailiwick.server.account.stream.OpenStreams;
import dev.bailiwick.server.account.user.Membership;
import dev.bailiwick.server.account.user.User;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.bounds.Bound;
import dev.bailiwick.server.jail.JailReports;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.placement.NewJail;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.apache.sshd.client.channel.ChannelExec;
import org.apache.sshd.client.channel.ChannelSession;
import org.apache.sshd.client.channel.ClientChannelEvent;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.client.session.ClientSession.ClientSessionEvent;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.channel.Channel;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.common.session.ConnectionService;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.core.CoreModuleProperties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.TestPropertySource;

/** Clients of SSH that use the protocol to take more than their share, or to keep what they have taken. */
@ServerTest
@Import(PlayedHost.class)
@TestPropertySource(properties = "bailiwick.ssh.address=127.0.0.1:0")
@Timeout(120)
class HostileClientTest {

    private static final String PASSWORD = "correct horse battery";
    private static final Duration LONG = Duration.ofSeconds(20);

    @Autowired
    private SshPort port;

    @Autowired
    private Users users;

    @Autowired
    private SshKeys keys;

    @Autowired
    private Members members;

    @Autowired
    private Jails jails;

    @Autowired
    private JailReports reports;

    @Autowired
    private OpenStreams streams;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private Fleet.Fixtures fixtures;

    private final TestClient client = new TestClient();
    private User user;
    private KeyPair pair;

    @BeforeEach
    void somebodyWhoWorksInAJail() throws Exception {
        CustomerId customer = fixtures.customer();
        HostId host = fixtures.connectedHostWithPool();
        JailId jail = jails.define(
                        Fleet.OPERATOR, new NewJail(customer, Optional.of(host), Optional.empty(), Fleet.named("shop")))
                .id();
        reports.apply(host, List.of(Fleet.report(jail, 1, Phase.RUNNING, Instant.now())));
        user = users.create(Fleet.OPERATOR, "h-" + UUID.randomUUID(), PASSWORD, new Membership.Of(fixtures.customer()));
        members.put(
                Fleet.OPERATOR,
                customer,
                user.id(),
                new MemberChange(MemberRole.COLLEAGUE, List.of(new JailRights(jail, Set.of(Right.CONSOLE)))));
        pair = KeyUtils.generateKeyPair(KeyPairProvider.SSH_ED25519, 256);
        var _ = keys.add(caller(), PublicKeyEntry.toString(pair.getPublic()));
        client.start(port.port());
    }

    @AfterEach
    void close() {
        client.close();
    }

    private Caller caller() {
        return users.inSession(user.id()).orElseThrow();
    }

    private ClientSession signedIn() throws IOException {
        return client.byKey(user.login() + "+shop", pair);
    }

    private ClientSession stranger() throws IOException {
        ClientSession session = client.connect(user.login() + "+shop");
        assertThat(session.waitFor(EnumSet.of(ClientSessionEvent.WAIT_AUTH), LONG))
                .contains(ClientSessionEvent.WAIT_AUTH);
        return session;
    }

    private static void assertEnded(ClientSession session) {
        assertThat(session.waitFor(EnumSet.of(ClientSessionEvent.CLOSED), LONG)).contains(ClientSessionEvent.CLOSED);
    }

    private static void requestService(ClientSession session, String name) throws IOException {
        Buffer request = session.createBuffer(SshConstants.SSH_MSG_SERVICE_REQUEST);
        request.putString(name);
        var _ = session.writePacket(request);
    }

    /** Returns the number of sessions of the user that their hosts may have. */
    private int sessions() {
        return jdbc.sql("SELECT count(*) FROM exec_session WHERE user_id = ?")
                .param(user.id().value())
                .query(Integer.class)
                .single();
    }

    @Test
    void beginsToSignInOnce() throws Exception {
        try (ClientSession session = stranger()) {
            requestService(session, "ssh-userauth");
            requestService(session, "SSH-UserAuth");
            assertEnded(session);
        }
    }

    @Test
    void beginsToWorkOnceAndEndsWhatHasBegun() throws Exception {
        try (ClientSession session = signedIn();
                ChannelExec command = session.createExecChannel("cat")) {
            ByteArrayOutputStream output = new ByteArrayOutputStream();
            command.setOut(output);
            command.open().verify(LONG);
            await().atMost(LONG).until(() -> output.size() > 0);
            requestService(session, "ssh-connection");
            assertEnded(session);
        }
        await().atMost(LONG).until(() -> sessions() == 0);
    }

    @Test
    void exchangesKeysOnceBeforeSomebodyHasSignedIn() throws Exception {
        try (ClientSession session = stranger()) {
            var _ = session.reExchangeKeys();
            assertEnded(session);
        }
        try (ClientSession session = signedIn()) {
            session.reExchangeKeys().verify(LONG);
            assertThat(TestClient.run(session).status()).isEqualTo(3);
        }
    }

    @Test
    void keepsNothingThatComesBeforeACommand() throws Exception {
        try (ClientSession session = signedIn();
                ChannelExec command = new EarlyChannel("cat")) {
            session.getService(ConnectionService.class).registerChannel(command);
            ByteArrayOutputStream output = new ByteArrayOutputStream();
            command.setOut(output);
            command.setIn(new ByteArrayInputStream("typed".getBytes(StandardCharsets.UTF_8)));
            command.open().verify(LONG);
            assertThat(command.waitFor(EnumSet.of(ClientChannelEvent.CLOSED), LONG))
                    .contains(ClientChannelEvent.CLOSED);
            assertThat(output.toString(StandardCharsets.UTF_8)).isEqualTo("ready\ntyped");
        }
    }

    /** Sends input before the command that is to read it. */
    private static final class EarlyChannel extends ChannelExec {
        private EarlyChannel(String line) {
            super(line, null, java.util.Map.of());
        }

        @Override
        protected void doOpen() throws IOException {
            byte[] early = new byte[1_000];
            Buffer data = getSession().createBuffer(SshConstants.SSH_MSG_CHANNEL_DATA);
            data.putUInt(getRecipient());
            data.putBytes(early);
            var _ = getSession().writePacket(data);
            super.doOpen();
        }
    }

    @Test
    void endsCommandsWhoseClientTakesNothingWhenTheirChannelsAreClosed() throws Exception {
        try (ClientSession session = signedIn()) {
            CoreModuleProperties.WINDOW_SIZE.set(session, 1_024L);
            for (int i = 0; i <= Bound.SSH_CHANNELS.value(); i++) {
                ChannelExec command = session.createExecChannel("cat");
                command.setIn(new ByteArrayInputStream(new byte[100_000]));
                // Nobody reads what is kept of the output.
                command.open().verify(LONG);
                await().atMost(LONG).until(() -> sessions() == 1);
                assertThat(command.getInvertedOut().read()).isEqualTo('r');
                var _ = command.close(false);
                await().atMost(LONG).until(() -> sessions() == 0);
            }
            CoreModuleProperties.WINDOW_SIZE.set(session, 1L << 20);
            assertThat(TestClient.run(session).status()).isEqualTo(3);
        }
    }

    @Test
    void refusesOneChannelTooManyAndKeepsTheOthers() throws Exception {
        try (ClientSession session = signedIn()) {
            List<Channel> all = new ArrayList<>();
            int refused = 0;
            for (int i = 0; i < 1_000; i++) {
                SilentChannel channel = new SilentChannel();
                session.getService(ConnectionService.class).registerChannel(channel);
                if (catchThrowable(() -> channel.open().verify(LONG)) == null) {
                    all.add(channel);
                } else {
                    refused++;
                }
            }
            assertThat(all).hasSize(BoundedService.MAX_CHANNELS);
            assertThat(refused).isEqualTo(1_000 - BoundedService.MAX_CHANNELS);
            assertThat(all.getFirst().close(false).await(LONG)).isTrue();
            await().atMost(LONG)
                    .ignoreExceptions()
                    .untilAsserted(
                            () -> assertThat(TestClient.run(session).status()).isEqualTo(3));
        }
    }

    @Test
    void sendsNothingLongBack() throws Exception {
        try (ClientSession session = signedIn()) {
            ChannelSession channel = new ChannelSession() {
                @Override
                public String getChannelType() {
                    return "x".repeat(20_000);
                }
            };
            session.getService(ConnectionService.class).registerChannel(channel);
            assertThat(catchThrowable(() -> channel.open().verify(LONG)).getMessage())
                    .hasSizeLessThan(1_000);
            Buffer keysToProve = session.createBuffer(SshConstants.SSH_MSG_GLOBAL_REQUEST);
            keysToProve.putString("hostkeys-prove-00@openssh.com");
            keysToProve.putBoolean(true);
            keysToProve.putBytes(new byte[0]);
            assertThat(session.request("hostkeys-prove-00@openssh.com", keysToProve, LONG))
                    .as("an answer")
                    .isNull();
            assertThat(TestClient.run(session).status()).isEqualTo(3);
        }
    }

    /** A channel for a command that is never asked for. */
    private static final class SilentChannel extends ChannelSession {
        @Override
        protected void doOpen() {}
    }

    @Test
    void goesOnAfterAFloodOfRequests() throws Exception {
        try (ClientSession session = signedIn();
                ChannelExec command = session.createExecChannel("cat")) {
            command.setUsePty(true);
            ByteArrayOutputStream output = new ByteArrayOutputStream();
            command.setOut(output);
            command.open().verify(LONG);
            await().atMost(LONG).until(() -> output.size() > 0);
            for (int i = 0; i < 5_000; i++) {
                request(command, "env", "LC_A" + i, "x".repeat(1_000));
                request(command, "exec", "again", "");
                request(command, "subsystem", "sftp", "");
                request(command, "signal", "WINCH", "");
                command.sendWindowChange(i, i);
            }
            assertThat(TestClient.run(session).status()).isEqualTo(3);
            // The other one ends soon after its client knows its status.
            await().atMost(LONG).until(() -> sessions() == 1);
            command.getInvertedIn().close();
            assertThat(command.waitFor(EnumSet.of(ClientChannelEvent.CLOSED), LONG))
                    .contains(ClientChannelEvent.CLOSED);
            assertThat(command.getExitStatus()).isEqualTo(3);
        }
    }

    private static void request(ChannelExec on, String type, String first, String second) throws IOException {
        Buffer request = on.getSession().createBuffer(SshConstants.SSH_MSG_CHANNEL_REQUEST);
        request.putUInt(on.getRecipient());
        request.putString(type);
        request.putBoolean(false);
        request.putString(first);
        request.putString(second);
        var _ = on.getSession().writePacket(request);
    }

    @Test
    void refusesNamesThatAreTooLong() {
        assertThat(catchThrowable(() -> client.byPassword("u".repeat(100_000) + "+shop", PASSWORD)))
                .isInstanceOf(IOException.class);
        assertThat(catchThrowable(() -> client.byKey(user.login() + "+" + "x".repeat(100_000), pair)
                        .close()))
                .isNull();
    }

    @Test
    void saysThatThereAreTooManyConnectionsAndGivesTheirPlacesBack() throws Exception {
        List<OpenStreams.Place> others = new ArrayList<>();
        for (int i = 0; i < Bound.STREAMS_OF_A_USER.value(); i++) {
            others.add(streams.admit(caller(), new Credential.OfPassword(caller().passwordVersion()), () -> {}));
        }
        assertThat(catchThrowable(this::signedIn)).hasStackTraceContaining("too many connections");
        others.removeFirst().close();
        for (int i = 0; i < Bound.STREAMS_OF_A_USER.value() + 8; i++) {
            if (i % 2 == 0) {
                var _ = signedIn().close(true);
            } else {
                // Cut while it signs in.
                ClientSession session = client.connect(user.login() + "+shop");
                session.addPublicKeyIdentity(pair);
                var _ = session.auth();
                var _ = session.close(true);
            }
            await().atMost(LONG).ignoreExceptions().untilAsserted(() -> {
                try (ClientSession session = signedIn()) {
                    assertThat(session.isAuthenticated()).isTrue();
                }
            });
        }
        others.forEach(OpenStreams.Place::close);
    }
}
