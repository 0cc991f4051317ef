package dev.bailiwick.server.account.signin;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.account.ScopeMissing;
import dev.bailiwick.server.account.Users;
import dev.bailiwick.server.account.token.ApiTokens;
import dev.bailiwick.server.problem.InvalidRequest;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.springframework.modulith.NamedInterface;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.stereotype.Component;

/** Lets people change their own password, which they have to know. */
@Component
@NamedInterface("signin")
public class OwnPassword {

    private final Users users;
    private final PasswordTurns turns;
    private final PasswordAttempts attempts;
    private final UserInSession sessions;

    OwnPassword(Users users, ApiTokens tokens, PasswordTurns turns, PasswordAttempts attempts) {
        this.users = users;
        this.turns = turns;
        this.attempts = attempts;
        this.sessions = new UserInSession(users, tokens);
    }

    /**
     * Ends all sessions of theirs, and the links that would begin one; their tokens stay.
     *
     * @throws InvalidRequest naming the fields at fault
     * @throws TooManyAttempts if they tried too often
     * @throws TooManySignIns if too many passwords are being checked
     * @throws ScopeMissing if what they came with may not change what they come in with
     */
    public void change(Caller caller, @Nullable String current, @Nullable String wanted, HttpServletRequest request) {
        caller.require(Scope.TOKENS_WRITE);
        if (!attempts.permits(request, caller.login())) {
            throw new TooManyAttempts();
        }
        turns.take(() -> users.changePassword(caller, current, wanted));
    }

    /** As {@link #change}, and signs them in again where they are. */
    public void changeAndStay(
            Caller caller, String current, String wanted, HttpServletRequest request, HttpServletResponse response) {
        change(caller, current, wanted, request);
        SecurityContext context = SecurityContextHolder.createEmptyContext();
        context.setAuthentication(new CallerAuthentication(caller));
        sessions.saveContext(context, request, response);
    }
}
