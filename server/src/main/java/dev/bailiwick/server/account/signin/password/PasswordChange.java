package dev.bailiwick.server.account.signin.password;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.account.ScopeMissing;
import dev.bailiwick.server.account.authentication.CallerAuthentication;
import dev.bailiwick.server.account.authentication.Factor;
import dev.bailiwick.server.account.authentication.Factors;
import dev.bailiwick.server.account.authentication.SessionUser;
import dev.bailiwick.server.account.factor.SecondFactors;
import dev.bailiwick.server.account.factor.TooManyCodes;
import dev.bailiwick.server.account.token.ApiTokens;
import dev.bailiwick.server.account.user.UserPasswords;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.problem.InvalidRequest;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import org.jspecify.annotations.Nullable;
import org.springframework.modulith.NamedInterface;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/** Lets users change their own password; they have to give the current one. */
@Component
@NamedInterface("signin")
public class PasswordChange {

    private final UserPasswords passwords;
    private final SecondFactors factors;
    private final PasswordCheckLimit turns;
    private final PasswordAttempts attempts;
    private final SessionUser sessions;
    private final TransactionTemplate transaction;
    private final Clock clock;

    PasswordChange(
            Users users,
            UserPasswords passwords,
            SecondFactors factors,
            ApiTokens tokens,
            PasswordCheckLimit turns,
            PasswordAttempts attempts,
            TransactionTemplate transaction,
            Clock clock) {
        this.passwords = passwords;
        this.factors = factors;
        this.turns = turns;
        this.attempts = attempts;
        this.sessions = new SessionUser(users, tokens);
        this.transaction = transaction;
        this.clock = clock;
    }

    /** Whether a provider alone decides how the caller signs in, see {@link UserPasswords#isLeftToProvider}. */
    public boolean isLeftToProvider(Caller caller) {
        return passwords.isLeftToProvider(caller.user());
    }

    /** Whether the caller has a password. */
    public boolean isPossible(Caller caller) {
        return passwords.isSet(caller.user());
    }

    /**
     * Changes the caller's password. The caller's sessions end and unused sign-in links stop working; tokens stay.
     *
     * @param code a code of the caller's second factor; not read if they have none
     * @return the caller with the new password
     * @throws InvalidRequest naming the invalid fields
     * @throws TooManyAttempts if the caller tried too often
     * @throws TooManyCodes if too many wrong codes were given
     * @throws TooManySignIns if too many passwords are being checked
     * @throws ScopeMissing if the caller may not change its credentials
     */
    public Caller change(
            Caller caller,
            @Nullable String current,
            @Nullable String code,
            @Nullable String wanted,
            HttpServletRequest request) {
        caller.require(Scope.TOKENS_WRITE);
        // A change that is refused leaves the code unused.
        return attempts.make(
                request,
                caller.login(),
                () -> turns.take(() -> transaction.execute(status -> {
                    Caller changed = passwords.change(caller, current, wanted);
                    if (factors.isOn(caller.user())
                            && factors.accept(caller.user(), code).isEmpty()) {
                        throw new InvalidRequest("/code", SecondFactors.REFUSED);
                    }
                    return changed;
                })));
    }

    /** Changes the password as {@link #change} does, and keeps the caller signed in in this browser. */
    public void changeAndStay(Caller caller, String current, String code, String wanted, HttpServletRequest request) {
        Caller changed = change(caller, current, code, wanted, request);
        Factors shown = SecurityContextHolder.getContext().getAuthentication() instanceof CallerAuthentication known
                ? known.factors()
                : Factors.NONE;
        sessions.stay(changed, shown.and(Factor.PASSWORD, clock.instant()), request);
    }
}
