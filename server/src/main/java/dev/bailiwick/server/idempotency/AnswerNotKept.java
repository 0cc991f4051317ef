package dev.bailiwick.server.idempotency;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** The request was carried out, but its answer is not there to be repeated: it held a secret, or the server died first. */
public final class AnswerNotKept extends Failure {

    private static final ProblemType TYPE = ProblemType.lasting(409, "answer-not-kept", "Carried out before");
    private static final long serialVersionUID = 1L;

    AnswerNotKept() {
        super(TYPE, "The request took effect before, and its answer was not kept: look at what it made");
    }
}
