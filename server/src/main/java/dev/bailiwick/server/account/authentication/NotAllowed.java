package dev.bailiwick.server.account.authentication;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** The caller is known, and may not do this. */
public final class NotAllowed extends Failure {

    private static final ProblemType TYPE = ProblemType.lasting(403, "not-allowed", "Not allowed");
    private static final long serialVersionUID = 1L;

    public NotAllowed() {
        super(TYPE, "The token's scopes do not cover this");
    }
}
