package dev.bailiwick.server.account.signin.reset;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** The link was used, has expired or was replaced, or whoever issued it does not manage the user any more. */
public final class ResetVoid extends Failure {

    private static final ProblemType TYPE = ProblemType.lasting(404, "reset-void", "The link does not hold");
    private static final long serialVersionUID = 1L;

    ResetVoid() {
        super(TYPE, "This link does not set a password any more");
    }
}
