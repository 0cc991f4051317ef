package dev.bailiwick.server.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.user.Membership;
import dev.bailiwick.server.account.user.User;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.jail.JailReports;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.placement.NewJail;
import dev.bailiwick.server.ssh.TestClient.Ran;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.sshd.client.session.ClientSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.annotation.Import;
import org.springframework.test.context.TestPropertySource;

/** What names of SSH lead to, and that none tells a customer what another one has. */
@ServerTest
@Import(PlayedHost.class)
@TestPropertySource(properties = "bailiwick.ssh.address=127.0.0.1:0")
@Timeout(120)
class SshNamesTest {

    private static final String PASSWORD = "correct horse battery";
    private static final String NO_SUCH_NAME = "You have no jail of this name.\r\n";

    @Autowired
    private SshPort port;

    @Autowired
    private Users users;

    @Autowired
    private Jails jails;

    @Autowired
    private JailReports reports;

    @Autowired
    private Fleet.Fixtures fixtures;

    private final TestClient client = new TestClient();
    private User anna;
    private JailId shop;
    private User bob;
    private JailId other;

    @BeforeEach
    void twoCustomers() {
        CustomerId annas = fixtures.customer();
        CustomerId bobs = fixtures.customer();
        String login = "anna-" + UUID.randomUUID();
        anna = users.create(Fleet.OPERATOR, login, PASSWORD, new Membership.Of(annas));
        // A login that looks like anna in her jail.
        bob = users.create(Fleet.OPERATOR, login + "+shop", PASSWORD, new Membership.Of(bobs));
        shop = jail(annas, "shop");
        other = jail(bobs, "shop");
        var _ = jail(bobs, "bobs-own");
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

    private Ran run(String name) throws IOException {
        try (ClientSession session = client.byPassword(name, PASSWORD)) {
            return TestClient.run(session);
        }
    }

    @Test
    void leadsToTheJailsOfTheirOwnCustomers() throws Exception {
        assertThat(run(anna.login() + "+shop").status()).isEqualTo(3);
        assertThat(run(anna.login() + "+" + shop).status()).isEqualTo(3);
        assertThat(run(bob.login() + "+shop").status()).isEqualTo(3);
        assertThat(run(bob.login() + "+" + other).status()).isEqualTo(3);
        assertThat(run(bob.login()).status())
                .as("anna in her jail, who has the same password")
                .isEqualTo(3);
    }

    @Test
    void saysOfJailsOfOthersWhatItSaysOfThoseThatDoNotExist() throws Exception {
        String absent = UUID.randomUUID().toString();
        Ran ofAbsent = run(anna.login() + "+" + absent);
        Ran ofOther = run(anna.login() + "+" + other);
        assertThat(ofOther.errors()).isEqualTo(ofAbsent.errors().replace(absent, other.toString()));
        assertThat(ofOther.status()).isEqualTo(255);
        for (String name : List.of("bobs-own", "nothing", "sh\u043Ep", "shop\u0000", " ", "../shop", "x".repeat(300))) {
            assertThat(run(anna.login() + "+" + name)).as(name).isEqualTo(new Ran("", NO_SUCH_NAME, 255));
        }
        assertThat(run(anna.login() + "+").errors()).contains("Name the jail");
    }

    @Test
    void doesNotSayWhichUsersThereAre() {
        Throwable wrong = catchThrowable(() -> client.byPassword(anna.login() + "+shop", "wrong"));
        for (String name : List.of(
                " ",
                "+",
                "+shop",
                "nobody+shop",
                anna.login().replace('a', '\u0430') + "+shop",
                anna.login() + "\u0000+shop",
                anna.login() + "++shop")) {
            assertThatThrownBy(() -> client.byPassword(name, PASSWORD))
                    .as(name)
                    .isInstanceOf(IOException.class)
                    .hasMessage(wrong.getMessage());
        }
    }
}
