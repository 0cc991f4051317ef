package dev.bailiwick.server.idempotency;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/**
 * The request was carried out, but its answer cannot be repeated: the answer held a secret, or the server died before it was
 * stored.
 */
public final class AnswerNotKept extends Failure {

    private static final ProblemType TYPE = ProblemType.lasting(409, "answer-not-kept", "Carried out before");
    private static final long serialVersionUID = 1L;

    AnswerNotKept() {
        super(TYPE, "The request took effect before, but its answer was not stored: look at what it created");
    }
}
