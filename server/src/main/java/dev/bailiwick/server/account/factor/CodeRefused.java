package dev.bailiwick.server.account.factor;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** The code is neither one of the user's authenticator, nor one of their recovery codes, or was used before. */
public final class CodeRefused extends Failure {

    private static final ProblemType TYPE = ProblemType.lasting(401, "code-refused", "The code is refused");
    private static final long serialVersionUID = 1L;

    public CodeRefused() {
        super(TYPE, "The code is not right, or was used before");
    }
}
