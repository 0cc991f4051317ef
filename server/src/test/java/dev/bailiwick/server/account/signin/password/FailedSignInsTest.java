package dev.bailiwick.server.account.signin.password;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.Visitor;
import dev.bailiwick.server.WebTest;
import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.user.Membership;
import dev.bailiwick.server.account.user.User;
import dev.bailiwick.server.account.user.Users;
import java.net.InetAddress;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.mock.web.MockHttpServletRequest;

/** Failed attempts in the audit, and attempts that are counted by device. */
@WebTest
class FailedSignInsTest {

    private static final String PASSWORD = "correct horse battery";

    @LocalServerPort
    private int port;

    private final InetAddress address = Visitor.anyAddress();

    @Autowired
    private Users users;

    @Autowired
    private FailedSignIns counted;

    @Autowired
    private JdbcClient jdbc;

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
    private User user;

    @BeforeEach
    void somebody() {
        user = users.create(Fleet.OPERATOR, "x-" + UUID.randomUUID(), PASSWORD, new Membership.Staff(Role.OWNER));
    }

    @Test
    void aFailureIsAuditedWithAddressAndDevice() throws Exception {
        visitor().signIn(user.login(), "not the password");
        counted.write();
        assertThat(events(user.id().toString()))
                .singleElement()
                .asString()
                .contains("\"by\": \"password\"")
                .contains("\"failures\": 1")
                .contains("\"address\": \"" + address.getHostAddress())
                .contains("Java-http-client");
    }

    @Test
    void losesNothingThatCannotBeWritten() {
        FailedSignIns failed = new FailedSignIns(users, clock());
        failed.count(user.login(), "password", new MockHttpServletRequest());
        // PostgreSQL stores no such text.
        failed.count(user.login(), "pass\u0000word", new MockHttpServletRequest());
        assertThatThrownBy(failed::write).isInstanceOf(DataAccessException.class);
        failed.count(user.login(), "password", new MockHttpServletRequest());
        failed.write();
        assertThat(events(user.id().toString())).singleElement().asString().contains("\"failures\": 3");
    }

    @Test
    void fillingTheAudit() {
        FailedSignIns failed = new FailedSignIns(users, clock());
        for (int i = 0; i < 1_000; i++) {
            failed.count(user.login(), "password", new MockHttpServletRequest());
            failed.write();
        }
        assertThat(events(user.id().toString())).as("in the first 15 minutes").hasSize(1);
        now.updateAndGet(time -> time.plus(FailedSignIns.PERIOD));
        failed.write();
        failed.write();
        assertThat(events(user.id().toString())).hasSize(2).last().asString().contains("\"failures\": 999");
    }

    @Test
    void fillingTheAuditWithManyLogins() {
        // The server of this test writes at times, too.
        FailedSignIns failed = new FailedSignIns(users, clock());
        long before = total();
        for (int i = 0; i < 30_000; i++) {
            failed.count("nobody-" + i, "password", new MockHttpServletRequest());
        }
        failed.write();
        assertThat(total() - before).isLessThanOrEqualTo(2L * FailedSignIns.AT_ONCE);
    }

    @Test
    void aLoginThatNobodyHasIsAuditedWithoutItsName() {
        FailedSignIns failed = new FailedSignIns(users, clock());
        failed.count("perhaps-a-password", "password", new MockHttpServletRequest());
        failed.write();
        assertThat(events("unknown")).isNotEmpty().noneMatch(detail -> detail.contains("perhaps"));
    }

    @Test
    void whoeverGuessesFromTheSameAddressShutsNobodyOut() throws Exception {
        Visitor owner = visitor();
        assertThat(owner.signIn(user.login(), PASSWORD).statusCode()).isEqualTo(302);
        owner.send("/account", "/sign-out", java.util.Map.of());
        Visitor attacker = visitor();
        int status = 0;
        for (int i = 0; i < PasswordAttempts.AT_A_LOGIN + 1; i++) {
            status = attacker.signIn(user.login(), "guess " + i).statusCode();
        }
        assertThat(status).isEqualTo(429);

        assertThat(owner.cookies()).containsKey(KnownDevices.COOKIE);
        assertThat(owner.signIn(user.login(), PASSWORD).statusCode()).isEqualTo(302);
    }

    @Test
    void aDeviceIsKnownForItsUserAloneAndGuessesNoFaster() throws Exception {
        Visitor owner = visitor();
        owner.signIn(user.login(), PASSWORD);
        String device = String.valueOf(owner.cookies().get(KnownDevices.COOKIE));
        User victim =
                users.create(Fleet.OPERATOR, "x-" + UUID.randomUUID(), PASSWORD, new Membership.Staff(Role.OWNER));
        for (String login : List.of(victim.login(), user.login())) {
            Visitor attacker = visitor();
            int status = 0;
            for (int i = 0; i < PasswordAttempts.AT_A_LOGIN + 1; i++) {
                attacker.cookies().put(KnownDevices.COOKIE, device);
                status = attacker.signIn(login, "guess " + i).statusCode();
            }
            assertThat(status).as(login).isEqualTo(429);
        }
    }

    private Clock clock() {
        return new Clock() {
            @Override
            public java.time.ZoneId getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(java.time.ZoneId zone) {
                return this;
            }

            @Override
            public Instant instant() {
                return now.get();
            }
        };
    }

    private List<String> events(String subject) {
        return jdbc.sql("""
                        SELECT detail::text FROM (
                            SELECT at, detail FROM audit_event WHERE subject_id = :s AND action = 'user.sign-in-failed'
                            UNION ALL
                            SELECT at, detail FROM unsealed_event WHERE subject_id = :s AND action = 'user.sign-in-failed')
                        ORDER BY at
                        """)
                .param("s", subject)
                .query((row, number) -> row.getString(1))
                .list();
    }

    private long total() {
        return jdbc.sql("""
                        SELECT (SELECT count(*) FROM audit_event WHERE action = 'user.sign-in-failed')
                            + (SELECT count(*) FROM unsealed_event WHERE action = 'user.sign-in-failed')
                        """).query(Long.class).single();
    }

    private Visitor visitor() {
        return Visitor.from(address, port);
    }
}
