package dev.bailiwick.server.account.signin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.Visitor;
import dev.bailiwick.server.WebTest;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.factor.Authenticator;
import dev.bailiwick.server.account.factor.SecondFactors;
import dev.bailiwick.server.account.factor.TooManyCodes;
import dev.bailiwick.server.account.session.SessionCookies;
import dev.bailiwick.server.account.signin.link.SignInLinks;
import dev.bailiwick.server.account.user.Membership;
import dev.bailiwick.server.account.user.User;
import dev.bailiwick.server.account.user.UserPasswords;
import dev.bailiwick.server.account.user.Users;
import java.net.InetAddress;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Signing in with a second factor, and attacks on it. Attempts are limited by address, so each test has its own user. */
@WebTest
class CodeSignInTest {

    private static final String PASSWORD = "correct horse battery";
    private static final String PENDING = "__Host-pending";

    @LocalServerPort
    private int port;

    private final InetAddress address = Visitor.anyAddress();

    @Autowired
    private Users users;

    @Autowired
    private UserPasswords passwords;

    @Autowired
    private SecondFactors factors;

    @Autowired
    private SignInLinks links;

    @Autowired
    private JdbcClient jdbc;

    private User user;
    private Caller caller;
    private Authenticator phone;
    private List<String> recovery;

    @BeforeEach
    void somebodyWithASecondFactor() {
        user = users.create(Fleet.OPERATOR, "c-" + UUID.randomUUID(), PASSWORD, new Membership.Staff(Role.OWNER));
        caller = users.inSession(user.id()).orElseThrow();
        phone = Authenticator.with(factors.begin(caller).key());
        recovery = factors.confirm(caller, phone.code(-1));
    }

    @Test
    void asksForACodeAfterThePassword() throws Exception {
        Visitor visitor = visitor();
        HttpResponse<String> asked = first(visitor);
        assertThat(asked.statusCode()).isEqualTo(200);
        assertThat(asked.body()).contains("name=\"code\"").doesNotContain(user.login());
        assertThat(visitor.cookies()).doesNotContainKey(SessionCookies.NAME);
        assertThat(visitor.get("/hosts").statusCode()).isEqualTo(302);

        HttpResponse<String> in = code(visitor, phone.code(0));

        assertThat(in.headers().firstValue("Location").orElse("")).endsWith("/hosts");
        assertThat(visitor.cookies()).containsKey(SessionCookies.NAME).doesNotContainKey(PENDING);
        assertThat(visitor.get("/account").body()).contains(user.login());
        assertThat(lastSignIn())
                .contains("\"by\": \"password+code\"")
                .contains("\"address\": \"" + address.getHostAddress());
    }

    @Test
    void aRecoveryCodeSignsInOnce() throws Exception {
        Visitor visitor = visitor();
        first(visitor);
        assertThat(code(visitor, recovery.get(3)).statusCode()).isEqualTo(302);
        assertThat(lastSignIn()).contains("password+recovery-code");
        Visitor again = visitor();
        first(again);
        assertThat(code(again, recovery.get(3)).statusCode()).isEqualTo(401);
        assertThat(factors.status(user.id()).recoveryCodes()).isEqualTo(9);
    }

    @Test
    void aLinkNeedsTheCodeToo() throws Exception {
        String link = "/sign-in/link/"
                + links.issue(user.id(), Duration.ofMinutes(5), Optional.empty())
                        .text();
        Visitor visitor = visitor();
        assertThat(visitor.send(link, link, Map.of()).body()).contains("not right, or was used before");
        assertThat(visitor.cookies()).doesNotContainKey(SessionCookies.NAME);

        assertThat(visitor.send(link, link, Map.of("code", phone.code(0))).statusCode())
                .isEqualTo(302);
        assertThat(lastSignIn()).contains("\"by\": \"link+code\"");
    }

    @Test
    void withoutASecondFactorNothingChanges() throws Exception {
        User other = users.create(Fleet.OPERATOR, "c-" + UUID.randomUUID(), PASSWORD, new Membership.Staff(Role.OWNER));
        factors.begin(users.inSession(other.id()).orElseThrow());
        Visitor visitor = visitor();
        assertThat(visitor.signIn(other.login(), PASSWORD).statusCode()).isEqualTo(302);
        assertThat(visitor.cookies()).containsKey(SessionCookies.NAME);
    }

    @Test
    void replayOfACode() throws Exception {
        String code = phone.code(0);
        Visitor visitor = visitor();
        first(visitor);
        assertThat(code(visitor, code).statusCode()).isEqualTo(302);
        Visitor attacker = visitor();
        first(attacker);
        assertThat(code(attacker, code).statusCode()).isEqualTo(401);
        assertThat(code(attacker, phone.code(-1)).statusCode())
                .as("an earlier one")
                .isEqualTo(401);
        assertThat(attacker.cookies()).doesNotContainKey(SessionCookies.NAME);
    }

    @Test
    void aRaceWithOneCode() throws Exception {
        String code = phone.code(0);
        List<Callable<Boolean>> attempts = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            attempts.add(() -> factors.accept(user.id(), code).isPresent());
            attempts.add(() -> factors.accept(user.id(), recovery.get(0)).isPresent());
        }
        int accepted = 0;
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var attempt : threads.invokeAll(attempts)) {
                accepted += attempt.get() ? 1 : 0;
            }
        }
        assertThat(accepted).as("the code once, and the recovery code once").isEqualTo(2);
    }

    @Test
    void aPendingSignInOfAnotherUserOrAFormerPassword() throws Exception {
        Visitor visitor = visitor();
        first(visitor);
        String pending = String.valueOf(visitor.cookies().get(PENDING));
        User other = users.create(Fleet.OPERATOR, "c-" + UUID.randomUUID(), PASSWORD, new Membership.Staff(Role.OWNER));
        Visitor forger = visitor();
        forger.cookies()
                .put(PENDING, pending.replace(user.id().toString(), other.id().toString()));
        assertThat(code(forger, phone.code(0)).statusCode()).isEqualTo(403);
        forger.cookies().put(PENDING, "nonsense");
        assertThat(code(forger, phone.code(0)).statusCode()).isEqualTo(403);
        forger.cookies().remove(PENDING);
        assertThat(code(forger, phone.code(0)).statusCode()).isEqualTo(403);

        passwords.change(caller, PASSWORD, "another long password");
        assertThat(code(visitor, phone.code(0)).statusCode()).isEqualTo(403);
        assertThat(visitor.cookies()).doesNotContainKey(SessionCookies.NAME);
    }

    @Test
    void aPendingSignInOfADisabledUser() throws Exception {
        Visitor visitor = visitor();
        first(visitor);
        users.disable(Fleet.OPERATOR, user.id());
        assertThat(code(visitor, phone.code(0)).statusCode()).isEqualTo(403);
    }

    @Test
    void bruteForceOfCodesFromManyAddresses() {
        long looked = IntStream.range(0, 100)
                .filter(guess -> {
                    try {
                        return factors.accept(user.id(), "%06d".formatted(guess))
                                .isEmpty();
                    } catch (TooManyCodes limited) {
                        return false;
                    }
                })
                .count();
        assertThat(looked).isBetween(10L, 11L);
        assertThat(factors.accept(user.id(), recovery.get(1)))
                .as("whoever owns the account is not locked out")
                .isPresent();
    }

    @Test
    void aFormWithUnknownFields() throws Exception {
        Visitor visitor = visitor();
        first(visitor);
        HttpResponse<String> answer =
                visitor.send("/sign-in/code", "/sign-in/code", Map.of("code", phone.code(0), "login", "admin"));
        assertThat(answer.statusCode()).isEqualTo(400);
    }

    private HttpResponse<String> first(Visitor visitor) throws Exception {
        return visitor.signIn(user.login(), PASSWORD);
    }

    private HttpResponse<String> code(Visitor visitor, String code) throws Exception {
        return visitor.send("/sign-in", "/sign-in/code", Map.of("code", code));
    }

    private String lastSignIn() {
        return jdbc.sql("""
                        SELECT detail::text FROM (
                            SELECT at, detail FROM audit_event WHERE subject_id = :user AND action = 'user.signed-in'
                            UNION ALL SELECT at, detail FROM unsealed_event WHERE subject_id = :user AND action = 'user.signed-in')
                        ORDER BY at DESC LIMIT 1
                        """)
                .param("user", user.id().toString())
                .query(String.class)
                .single();
    }

    private Visitor visitor() {
        return Visitor.from(address, port);
    }
}
