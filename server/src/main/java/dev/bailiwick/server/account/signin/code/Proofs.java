package dev.bailiwick.server.account.signin.code;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.account.factor.SecondFactors;
import dev.bailiwick.server.account.factor.TooManyCodes;
import dev.bailiwick.server.account.signin.password.PasswordAttempts;
import dev.bailiwick.server.account.signin.password.PasswordCheckLimit;
import dev.bailiwick.server.account.signin.password.TooManyAttempts;
import dev.bailiwick.server.account.signin.password.TooManySignIns;
import dev.bailiwick.server.account.user.UserPasswords;
import dev.bailiwick.server.problem.InvalidRequest;
import jakarta.servlet.http.HttpServletRequest;
import java.util.function.Supplier;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/** Checks what proves once more that a request comes from its user. */
@Component
public class Proofs {

    private final SecondFactors factors;
    private final UserPasswords passwords;
    private final PasswordAttempts attempts;
    private final PasswordCheckLimit turns;
    private final TransactionTemplate transaction;

    Proofs(
            SecondFactors factors,
            UserPasswords passwords,
            PasswordAttempts attempts,
            PasswordCheckLimit turns,
            TransactionTemplate transaction) {
        this.factors = factors;
        this.passwords = passwords;
        this.attempts = attempts;
        this.turns = turns;
        this.transaction = transaction;
    }

    /**
     * Makes the change if the proof is right. Its code is used up only if the change is made.
     *
     * @throws InvalidRequest naming what of the proof is wrong
     * @throws TooManyAttempts if the caller tried too often
     * @throws TooManyCodes if too many wrong codes were given
     * @throws TooManySignIns if too many passwords are being checked
     */
    public <T> T given(Caller caller, Proof proof, HttpServletRequest request, Supplier<T> change) {
        caller.require(Scope.TOKENS_WRITE);
        return attempt(
                caller,
                request,
                () -> transaction.execute(status -> {
                    if (!passwords.holds(caller.user(), proof.password())) {
                        throw new InvalidRequest("/password", "is not your password");
                    }
                    if (factors.isOn(caller.user())
                            && factors.accept(caller.user(), proof.code()).isEmpty()) {
                        throw new InvalidRequest("/code", SecondFactors.REFUSED);
                    }
                    return change.get();
                }));
    }

    /** Makes an attempt, which counts if it throws. */
    <T> T attempt(Caller caller, HttpServletRequest request, Supplier<T> attempt) {
        return attempts.make(request, caller.login(), () -> turns.take(attempt));
    }
}
