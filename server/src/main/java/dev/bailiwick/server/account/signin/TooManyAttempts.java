package dev.bailiwick.server.account.signin;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** A password was given so often that this one was not looked at. */
public final class TooManyAttempts extends Failure {

    private static final ProblemType TYPE = ProblemType.passing(429, "too-many-attempts", "Too many attempts");
    private static final long serialVersionUID = 1L;

    TooManyAttempts() {
        super(TYPE, "A password was given too often. Try again in a minute.");
    }
}
