package dev.bailiwick.server.idempotency;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/**
 * The request was carried out, but its answer cannot be repeated: the answer held a secret, the server died before it was stored, or
 * the caller may do less than whoever sent the request first.
 */
public final class AnswerNotKept extends Failure {

    private static final ProblemType TYPE = ProblemType.lasting(409, "answer-not-kept", "Carried out before");
    private static final long serialVersionUID = 1L;

    AnswerNotKept() {
        super(TYPE, "The request was carried out before, but its answer cannot be given again: look at what it did");
    }
}
