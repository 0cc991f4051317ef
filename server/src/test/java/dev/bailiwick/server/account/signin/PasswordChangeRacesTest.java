package dev.bailiwick.server.account.signin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.LockWaits;
import dev.bailiwick.server.Visitor;
import dev.bailiwick.server.WebTest;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.Secret;
import dev.bailiwick.server.account.authentication.Factor;
import dev.bailiwick.server.account.authentication.Factors;
import dev.bailiwick.server.account.authentication.SessionUser;
import dev.bailiwick.server.account.factor.Authenticator;
import dev.bailiwick.server.account.factor.SecondFactors;
import dev.bailiwick.server.account.signin.code.CodeSignIn;
import dev.bailiwick.server.account.signin.code.Proof;
import dev.bailiwick.server.account.signin.code.Proofs;
import dev.bailiwick.server.account.signin.password.PasswordAuthentication;
import dev.bailiwick.server.account.signin.password.PasswordCheckLimit;
import dev.bailiwick.server.account.signin.reset.PasswordResets;
import dev.bailiwick.server.account.token.ApiTokens;
import dev.bailiwick.server.account.user.Membership;
import dev.bailiwick.server.account.user.SignInRefused;
import dev.bailiwick.server.account.user.User;
import dev.bailiwick.server.account.user.UserPasswords;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.problem.InvalidRequest;
import jakarta.servlet.http.Cookie;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.crypto.argon2.Argon2PasswordEncoder;
import org.springframework.transaction.support.TransactionTemplate;

/** A password is changed while somebody signs in, or changes it too. */
@WebTest
class PasswordChangeRacesTest {

    private static final String PASSWORD = "correct horse battery";
    private static final String OTHER = "a stapler of another colour";
    private static final String PENDING = "__Host-pending";

    @LocalServerPort
    private int port;

    @Autowired
    private Users users;

    @Autowired
    private UserPasswords passwords;

    @Autowired
    private SecondFactors factors;

    @Autowired
    private ApiTokens tokens;

    @Autowired
    private CodeSignIn codes;

    @Autowired
    private Proofs proofs;

    @Autowired
    private PasswordResets resets;

    @Autowired
    private PasswordCheckLimit turns;

    @Autowired
    private TransactionTemplate transaction;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private Clock clock;

    private User user;

    @BeforeEach
    void somebody() {
        user = users.create(Fleet.OPERATOR, "r-" + UUID.randomUUID(), PASSWORD, new Membership.Staff(Role.SUPPORT));
    }

    private Caller caller() {
        return users.inSession(user.id()).orElseThrow();
    }

    /** The password is right when it is checked, and changed before the session begins. */
    @Test
    void aSessionByThePasswordBeforeAChangeIsNotSignedIn() {
        SessionUser sessions = new SessionUser(users, tokens);
        Caller before = users.signIn(user.login(), PASSWORD);
        Caller after = passwords.change(caller(), PASSWORD, OTHER);

        assertThat(signedIn(sessions, before)).isFalse();
        assertThat(signedIn(sessions, after)).isTrue();
        assertThat(signedIn(sessions, users.signIn(user.login(), OTHER))).isTrue();
    }

    private boolean signedIn(SessionUser sessions, Caller as) {
        MockHttpServletRequest request = new MockHttpServletRequest();
        sessions.signIn(as, Factors.of(Factor.PASSWORD, clock.instant()), request, new MockHttpServletResponse());
        return sessions.loadDeferredContext(request).get().getAuthentication() != null;
    }

    /** The password is right when it is checked, and changed before the browser gets the form for the code. */
    @Test
    void aCodeAfterThePasswordBeforeAChangeSignsNobodyIn() throws Exception {
        Authenticator phone = Authenticator.with(factors.begin(caller()).key());
        List<String> recovery = factors.confirm(caller(), phone.code(-1));

        AuthenticationException first = firstStep(PASSWORD);
        Caller _ = passwords.change(caller(), PASSWORD, OTHER);
        assertThat(code(first, recovery.get(0))).isFalse();
        assertThat(code(firstStep(OTHER), recovery.get(1))).isTrue();
    }

    private AuthenticationException firstStep(String password) {
        try {
            var _ = new PasswordAuthentication(users, factors, turns, clock)
                    .authenticate(UsernamePasswordAuthenticationToken.unauthenticated(user.login(), password));
        } catch (AuthenticationException needed) {
            return needed;
        }
        throw new AssertionError("no code was asked for");
    }

    private boolean code(AuthenticationException first, String code) throws Exception {
        MockHttpServletResponse asked = new MockHttpServletResponse();
        codes.after((request, response, failure) -> {
                    throw failure;
                })
                .onAuthenticationFailure(new MockHttpServletRequest("POST", "/sign-in"), asked, first);
        Visitor visitor = Visitor.from(Visitor.anyAddress(), port);
        Cookie pending = Objects.requireNonNull(asked.getCookie(PENDING));
        visitor.cookies().put(PENDING, pending.getValue());
        return visitor.send("/sign-in", "/sign-in/code", Map.of("code", code)).statusCode() == 302;
    }

    /** What a proof allows, such as another address for mail, ends with a change of the password, so it must not come after one. */
    @Test
    void aProofByThePasswordBeforeAChangeIsRefused() throws Exception {
        MockHttpServletRequest request = new MockHttpServletRequest();
        request.setRemoteAddr(Visitor.anyAddress().getHostAddress());
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Caller known = caller();
            Future<Boolean> proof = transaction.execute(status -> {
                Caller _ = passwords.change(known, PASSWORD, OTHER);
                return LockWaits.behind(
                        jdbc,
                        threads.submit(() -> proofs.given(known, new Proof(PASSWORD, null), request, () -> true)));
            });
            assertThatThrownBy(proof::get)
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(InvalidRequest.class)
                    .hasMessageContaining("is not your password");
        }
    }

    /** A sign-in stores a hash again whose method is no longer used. */
    @Test
    void aSignInReplacesAnOldHash() {
        String before = storeOldHash();
        assertThat(users.signIn(user.login(), PASSWORD).user()).isEqualTo(user.id());
        assertThat(hash()).isNotEqualTo(before);
        assertThat(signedIn(new SessionUser(users, tokens), users.signIn(user.login(), PASSWORD)))
                .isTrue();
    }

    /** The password is right when it is checked, and changed before its other hash is stored. */
    @Test
    void aSignInDoesNotBringBackThePasswordBeforeAChange() throws Exception {
        storeOldHash();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Caller known = caller();
            Future<Caller> late = transaction.execute(status -> {
                Caller _ = passwords.change(known, PASSWORD, OTHER);
                return LockWaits.behind(jdbc, threads.submit(() -> users.signIn(user.login(), PASSWORD)));
            });
            assertThat(signedIn(new SessionUser(users, tokens), late.get())).isFalse();
        }
        assertThat(users.signIn(user.login(), OTHER).user()).isEqualTo(user.id());
        assertThatThrownBy(() -> users.signIn(user.login(), PASSWORD)).isInstanceOf(SignInRefused.class);
    }

    /** Stores the password as a server before this one would have, with less memory. */
    private String storeOldHash() {
        String old = "{argon2@SpringSecurity_v5_8}" + new Argon2PasswordEncoder(16, 32, 1, 1024, 1).encode(PASSWORD);
        jdbc.sql("UPDATE app_user SET password_hash = ? WHERE id = ?")
                .params(old, user.id().value())
                .update();
        return old;
    }

    private String hash() {
        return jdbc.sql("SELECT password_hash FROM app_user WHERE id = ?")
                .param(user.id().value())
                .query(String.class)
                .single();
    }

    /** A change of the password removes the links that set one. */
    @Test
    void aLinkThatIsUsedDuringAChangeSetsNoPassword() throws Exception {
        Caller owner = users.inSession(users.create(
                                Fleet.OPERATOR, "o-" + UUID.randomUUID(), PASSWORD, new Membership.Staff(Role.OWNER))
                        .id())
                .orElseThrow();
        String link = resets.issue(owner, user.id()).text();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Caller known = caller();
            Future<?> late = transaction.execute(status -> {
                Caller _ = passwords.change(known, PASSWORD, OTHER);
                return LockWaits.behind(
                        jdbc, threads.submit(() -> resets.reset(link, "a third one, of a thief", null)));
            });
            assertThatThrownBy(late::get).isInstanceOf(ExecutionException.class).hasMessageContaining("ResetVoid");
        }
        assertThat(users.signIn(user.login(), OTHER).user()).isEqualTo(user.id());
    }

    /** A change of the password removes what waits to be confirmed as well. */
    @Test
    void anAddressThatIsConfirmedDuringAChangeDoesNotCount() throws Exception {
        Secret secret = Secret.fresh("");
        jdbc.sql("INSERT INTO email_confirmation (user_id, email, hash, created_at, expires_at)"
                        + " VALUES (?, 'a@example.com', ?, now(), now() + interval '1 hour')")
                .params(user.id().value(), secret.hash())
                .update();
        String link = "/sign-in/email/" + secret.text();
        Visitor visitor = Visitor.from(Visitor.anyAddress(), port);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Caller known = caller();
            Future<HttpResponse<String>> late = transaction.execute(status -> {
                Caller _ = passwords.change(known, PASSWORD, OTHER);
                return LockWaits.behind(jdbc, threads.submit(() -> visitor.send(link, link, Map.of())));
            });
            assertThat(late.get().headers().firstValue("Location").orElse("")).endsWith("/sign-in?usedEmail");
        }
        assertThat(users.signIn(user.login(), OTHER).user()).isEqualTo(user.id());
        assertThat(jdbc.sql("SELECT email IS NULL FROM app_user WHERE id = ?")
                        .param(user.id().value())
                        .query(Boolean.class)
                        .single())
                .isTrue();
    }

    /** Both know the password before; whoever comes second has to know the one after. */
    @Test
    void aChangeDoesNotReplaceThePasswordThatAnotherOneHasJustSet() throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Caller known = caller();
            Future<Caller> second = transaction.execute(status -> {
                Caller _ = passwords.change(known, PASSWORD, OTHER);
                jdbc.sql("SELECT FROM app_user WHERE id = ? FOR NO KEY UPDATE")
                        .param(user.id().value())
                        .query()
                        .listOfRows();
                return LockWaits.behind(
                        jdbc, threads.submit(() -> passwords.change(known, PASSWORD, "a third one, of a thief")));
            });
            assertThatThrownBy(second::get)
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(InvalidRequest.class)
                    .hasMessageContaining("is not your password");
        }
        assertThat(users.signIn(user.login(), OTHER).user()).isEqualTo(user.id());
    }
}
