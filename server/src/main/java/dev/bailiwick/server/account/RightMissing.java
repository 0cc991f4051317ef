package dev.bailiwick.server.account;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** The caller's user does not have the right that the operation needs. */
public final class RightMissing extends Failure {

    private static final ProblemType TYPE = ProblemType.lasting(403, "right-missing", "Not allowed");
    private static final long serialVersionUID = 1L;

    public RightMissing(Right right) {
        super(TYPE, "This needs the right " + right);
    }

    /** @param otherwise what can be done without the right, as a sentence */
    public RightMissing(Right right, String otherwise) {
        super(TYPE, "This needs the right " + right + ": " + otherwise);
    }
}
