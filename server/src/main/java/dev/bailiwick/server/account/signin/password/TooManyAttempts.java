package dev.bailiwick.server.account.signin.password;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** The attempt was rejected: too many passwords were given. */
public final class TooManyAttempts extends Failure {

    private static final ProblemType TYPE = ProblemType.passing(429, "too-many-attempts", "Too many attempts");
    private static final long serialVersionUID = 1L;

    public TooManyAttempts() {
        super(TYPE, "There were too many password attempts. Try again in a minute.");
    }
}
