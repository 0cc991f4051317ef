package dev.bailiwick.server.account.factor;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** The code was not looked at: too many wrong ones were given for the user. */
public final class TooManyCodes extends Failure {

    private static final ProblemType TYPE = ProblemType.passing(429, "too-many-codes", "Too many wrong codes");
    private static final long serialVersionUID = 1L;

    TooManyCodes() {
        super(TYPE, "There were too many wrong codes. Use a recovery code, or try again later.");
    }
}
