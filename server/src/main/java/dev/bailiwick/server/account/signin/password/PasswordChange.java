package dev.bailiwick.server.account.signin.password;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.account.ScopeMissing;
import dev.bailiwick.server.account.authentication.SessionUser;
import dev.bailiwick.server.account.token.ApiTokens;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.problem.InvalidRequest;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.springframework.modulith.NamedInterface;
import org.springframework.stereotype.Component;

/** Lets users change their own password; they have to give the current one. */
@Component
@NamedInterface("signin")
public class PasswordChange {

    private final Users users;
    private final PasswordCheckLimit turns;
    private final PasswordAttempts attempts;
    private final SessionUser sessions;

    PasswordChange(Users users, ApiTokens tokens, PasswordCheckLimit turns, PasswordAttempts attempts) {
        this.users = users;
        this.turns = turns;
        this.attempts = attempts;
        this.sessions = new SessionUser(users, tokens);
    }

    /**
     * Changes the caller's password. The caller's sessions end and unused sign-in links stop working; tokens stay.
     *
     * @throws InvalidRequest naming the invalid fields
     * @throws TooManyAttempts if the caller tried too often
     * @throws TooManySignIns if too many passwords are being checked
     * @throws ScopeMissing if the caller may not change its credentials
     */
    public void change(Caller caller, @Nullable String current, @Nullable String wanted, HttpServletRequest request) {
        caller.require(Scope.TOKENS_WRITE);
        if (!attempts.permits(request, caller.login())) {
            throw new TooManyAttempts();
        }
        turns.take(() -> users.changePassword(caller, current, wanted));
    }

    /** Changes the password as {@link #change} does, and signs the caller in again in this browser. */
    public void changeAndStay(
            Caller caller, String current, String wanted, HttpServletRequest request, HttpServletResponse response) {
        change(caller, current, wanted, request);
        sessions.signIn(caller, request, response);
    }
}
