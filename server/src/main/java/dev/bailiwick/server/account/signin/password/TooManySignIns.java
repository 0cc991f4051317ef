package dev.bailiwick.server.account.signin.password;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** The attempt was rejected: it waited too long for other password checks. */
public final class TooManySignIns extends Failure {

    private static final ProblemType TYPE = ProblemType.passing(503, "too-many-sign-ins", "Too many are signing in");
    private static final long serialVersionUID = 1L;

    TooManySignIns() {
        super(TYPE, "Too many are signing in at once. Try again in a moment.");
    }
}
