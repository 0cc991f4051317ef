package dev.bailiwick.server.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.jail.stream.ExecId;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.MemberRole;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.account.factor.Authenticator;
import dev.bailiwick.server.account.factor.SecondFactors;
import dev.bailiwick.server.account.key.SshKey;
import dev.bailiwick.server.account.key.SshKeys;
import dev.bailiwick.server.account.member.JailRights;
import dev.bailiwick.server.account.member.MemberChange;
import dev.bailiwick.server.account.member.Members;
import dev.bailiwick.server.account.signin.password.PasswordAttempts;
import dev.bailiwick.server.account.user.Membership;
import dev.bailiwick.server.account.user.User;
import dev.bailiwick.server.account.user.UserPasswords;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.jail.JailReports;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.intent.CustomerSuspensions;
import dev.bailiwick.server.jail.placement.NewJail;
import dev.bailiwick.server.ssh.TestClient.Ran;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.apache.sshd.client.channel.ChannelExec;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.common.util.net.SshdSocketAddress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.TestPropertySource;

/** Who signs in over SSH, what they may do then, and when it ends. The host of the jail is played; the client is a real one. */
@ServerTest
@Import(PlayedHost.class)
@TestPropertySource(properties = "bailiwick.ssh.address=127.0.0.1:0")
@Timeout(120)
class SshTest {

    private static final String PASSWORD = "correct horse battery";
    private static final Duration BOUND = Duration.ofSeconds(2);
    private static final Duration LONG = Duration.ofSeconds(20);

    @Autowired
    private SshPort port;

    @Autowired
    private Map<String, SmartLifecycle> parts;

    @Autowired
    private HostKey hostKey;

    @Autowired
    private Users users;

    @Autowired
    private UserPasswords passwords;

    @Autowired
    private SshKeys keys;

    @Autowired
    private SecondFactors factors;

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
    private Fleet.Paths host;

    @Autowired
    private Fleet.Fixtures fixtures;

    private final TestClient client = new TestClient();
    private CustomerId customer;
    private JailId jail;
    private User user;
    private KeyPair pair;
    private SshKey key;

    @BeforeEach
    void somebodyWithAKey() throws Exception {
        customer = fixtures.customer();
        jail = jail(customer, "shop");
        user = users.create(Fleet.OPERATOR, "u+" + UUID.randomUUID(), PASSWORD, new Membership.Of(fixtures.customer()));
        give(Right.CONSOLE);
        pair = KeyUtils.generateKeyPair(KeyPairProvider.SSH_ED25519, 256);
        key = keys.add(caller(), PublicKeyEntry.toString(pair.getPublic()));
        client.start(port.port());
    }

    @AfterEach
    void close() {
        client.close();
    }

    private JailId jail(CustomerId of, String name) {
        HostId at = fixtures.connectedHostWithPool();
        JailId made = jails.define(
                        Fleet.OPERATOR, new NewJail(of, Optional.of(at), Optional.empty(), Fleet.named(name)))
                .id();
        reports.apply(at, List.of(Fleet.report(made, 1, Phase.RUNNING, Instant.now())));
        return made;
    }

    private Caller caller() {
        return users.inSession(user.id()).orElseThrow();
    }

    private void give(Right... rights) {
        members.put(
                Fleet.OPERATOR,
                customer,
                user.id(),
                new MemberChange(MemberRole.COLLEAGUE, List.of(new JailRights(jail, Set.of(rights)))));
    }

    private ClientSession byKey(String name, KeyPair with) throws IOException {
        return client.byKey(name, with);
    }

    private ClientSession byPassword(String... given) throws IOException {
        return client.byPassword(user.login() + "+shop", given);
    }

    private ClientSession signedIn() throws IOException {
        return byKey(user.login() + "+shop", pair);
    }

    @Test
    void runsACommandForSomebodyWithAKey() throws Exception {
        try (ClientSession session = signedIn()) {
            assertThat(TestClient.run(session)).isEqualTo(new Ran("ready\ntyped", "typed", 3));
            assertThat(TestClient.run(session).status()).isEqualTo(3);
        }
        await().atMost(LONG)
                .untilAsserted(
                        () -> assertThat(sessions()).as("nothing is left").isEmpty());
        assertThat(keys.list(caller(), user.id(), Optional.empty(), 1)
                        .getFirst()
                        .lastUsedAt())
                .isNotNull();
    }

    @Test
    void goesOnAfterLostOutputOnlyWithATerminal() throws Exception {
        try (ClientSession session = signedIn()) {
            assertThat(TestClient.run(session, PlayedHost.LOSE, true))
                    .isEqualTo(new Ran("ready\nlose", "\r\n1000 bytes of output were lost.\r\nlose", 3));
            assertThat(TestClient.run(session, PlayedHost.LOSE, false))
                    .isEqualTo(new Ran("ready\n", "1000 bytes of output were lost.\r\n", 255));
        }
    }

    /** Returns the sessions of the user that their hosts may have. */
    private List<ExecId> sessions() {
        return jdbc.sql("SELECT id FROM exec_session WHERE user_id = ?")
                .param(user.id().value())
                .query((row, number) -> new ExecId(row.getObject("id", UUID.class)))
                .list();
    }

    @Test
    void acceptsTheIdOfTheJailAndSaysWhichOnesHaveTheSameName() throws Exception {
        JailId other = jail(fixtures.customer(), "shop");
        try (ClientSession session = byKey(user.login() + "+" + jail, pair)) {
            assertThat(TestClient.run(session).status()).isEqualTo(3);
        }
        try (ClientSession session = byKey(user.login() + "+" + other, pair)) {
            assertThat(TestClient.run(session)).isEqualTo(new Ran("", "There is no jail " + other + ".\r\n", 255));
        }
        members.put(Fleet.OPERATOR, customer, user.id(), new MemberChange(MemberRole.OWNER, List.of()));
        // A customer's jails have different names.
        CustomerId second = fixtures.customer();
        jail(second, "shop");
        members.put(Fleet.OPERATOR, second, user.id(), new MemberChange(MemberRole.OWNER, List.of()));
        try (ClientSession session = signedIn()) {
            assertThat(TestClient.run(session).errors()).contains("several jails", jail.toString());
        }
    }

    @Test
    void saysWhichJailIsMissing() throws Exception {
        try (ClientSession session = byKey(user.login() + "+nothing", pair)) {
            assertThat(TestClient.run(session)).isEqualTo(new Ran("", "You have no jail of this name.\r\n", 255));
        }
        give(Right.POWER);
        try (ClientSession session = signedIn()) {
            assertThat(TestClient.run(session).status()).isEqualTo(255);
        }
        give(Right.CONSOLE);
        suspensions.suspend(Fleet.OPERATOR, customer, "unpaid");
        try (ClientSession session = signedIn()) {
            assertThat(TestClient.run(session).errors()).contains("suspended");
        }
    }

    @Test
    void refusesOtherKeysAndDisabledUsers() throws Exception {
        KeyPair other = KeyUtils.generateKeyPair(KeyPairProvider.SSH_ED25519, 256);
        assertThatThrownBy(() -> byKey(user.login() + "+shop", other)).isInstanceOf(IOException.class);
        User second = users.create(Fleet.OPERATOR, "s-" + UUID.randomUUID(), PASSWORD, new Membership.Of(customer));
        assertThatThrownBy(() -> byKey(second.login() + "+shop", pair)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> byKey("nobody+shop", pair)).isInstanceOf(IOException.class);
        users.disable(Fleet.OPERATOR, user.id());
        assertThatThrownBy(this::signedIn).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> byPassword(PASSWORD)).isInstanceOf(IOException.class);
    }

    @Test
    void asksForACodeIfTheUserHasASecondFactor() throws Exception {
        assertThatThrownBy(() -> byPassword("wrong")).isInstanceOf(IOException.class);
        try (ClientSession session = byPassword(PASSWORD)) {
            assertThat(TestClient.run(session).status()).isEqualTo(3);
        }
        Authenticator authenticator = Authenticator.with(factors.begin(caller()).key());
        List<String> recovery = factors.confirm(caller(), authenticator.code(0));
        assertThatThrownBy(() -> byPassword(PASSWORD)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> byPassword(PASSWORD, "000000")).isInstanceOf(IOException.class);
        try (ClientSession session = byPassword(PASSWORD, recovery.getFirst())) {
            assertThat(TestClient.run(session).status()).isEqualTo(3);
        }
        assertThatThrownBy(() -> byPassword(PASSWORD, recovery.getFirst())).isInstanceOf(IOException.class);
    }

    @Test
    void countsAttemptsAtALogin() {
        for (int i = 0; i < PasswordAttempts.AT_A_LOGIN; i++) {
            assertThatThrownBy(() -> byPassword("wrong")).isInstanceOf(IOException.class);
        }
        assertThatThrownBy(() -> byPassword(PASSWORD)).isInstanceOf(IOException.class);
    }

    /** The ways in which somebody can lose access. */
    enum Loss {
        KEY_REMOVED,
        PASSWORD_CHANGED,
        USER_DISABLED,
        RIGHT_WITHDRAWN
    }

    @ParameterizedTest
    @EnumSource
    void endsWhenAccessIsWithdrawn(Loss loss) throws Exception {
        ExecId begun;
        try (ClientSession session = loss == Loss.PASSWORD_CHANGED ? byPassword(PASSWORD) : signedIn();
                ChannelExec command = session.createExecChannel("cat")) {
            ByteArrayOutputStream output = new ByteArrayOutputStream();
            command.setOut(output);
            command.open().verify(LONG);
            await().atMost(LONG).until(() -> output.size() > 0);
            begun = sessions().getFirst();
            switch (loss) {
                case KEY_REMOVED -> keys.remove(caller(), key.id());
                case PASSWORD_CHANGED -> passwords.change(caller(), PASSWORD, "another horse battery");
                case USER_DISABLED -> users.disable(Fleet.OPERATOR, user.id());
                case RIGHT_WITHDRAWN -> give(Right.POWER);
            }
            assertThat(session.waitFor(EnumSet.of(ClientSession.ClientSessionEvent.CLOSED), BOUND.plusSeconds(1)))
                    .contains(ClientSession.ClientSessionEvent.CLOSED);
        }
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(host.endedSessions())
                        .as("the command was killed")
                        .contains(begun));
    }

    @Test
    void endsCommandsAtTheirHostsBeforeItStops() throws Exception {
        try (ClientSession session = signedIn();
                ChannelExec command = session.createExecChannel("cat")) {
            ByteArrayOutputStream output = new ByteArrayOutputStream();
            command.setOut(output);
            command.open().verify(LONG);
            await().atMost(LONG).until(() -> output.size() > 0);
            ExecId begun = sessions().getFirst();
            port.stop();
            assertThat(host.endedSessions()).contains(begun);
            assertThat(sessions()).isEmpty();
        } finally {
            port.start();
        }
        assertThat(Objects.requireNonNull(parts.get("linkServer")).getPhase())
                .as("the link stops later")
                .isLessThan(Objects.requireNonNull(parts.get("sshPort")).getPhase());
    }

    @Test
    void givesFilesToThoseWhoHaveTheRight() throws Exception {
        byte[] begin = {0, 0, 0, 5, 1, 0, 0, 0, 3};
        try (ClientSession session = signedIn()) {
            assertThat(TestClient.files(session, begin).status()).isEqualTo(255);
            give(Right.FILES);
        }
        try (ClientSession session = signedIn()) {
            Ran greeted = TestClient.files(session, begin);
            assertThat(greeted.output()).contains("posix-rename@openssh.com");
            assertThat(greeted.status()).isZero();
            assertThat(TestClient.files(session, new byte[] {(byte) 255, 0, 0, 0})
                            .status())
                    .as("a packet that is too long")
                    .isEqualTo(255);
            assertThat(TestClient.files(session, new byte[] {0, 0, 0, 1}).status())
                    .as("a packet that breaks off")
                    .isEqualTo(255);
            assertThat(TestClient.run(session).status())
                    .as("without the right to a console")
                    .isEqualTo(255);
        }
    }

    @Test
    void forwardsNoPortsOfTheServer() throws Exception {
        try (ClientSession session = signedIn()) {
            assertThatThrownBy(() -> session.startRemotePortForwarding(
                            new SshdSocketAddress("127.0.0.1", 0), new SshdSocketAddress("127.0.0.1", 1)))
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void keepsItsHostKey() {
        assertThat(KeyUtils.compareKeys(
                        hostKey.read().getPublic(), hostKey.read().getPublic()))
                .isTrue();
    }
}
