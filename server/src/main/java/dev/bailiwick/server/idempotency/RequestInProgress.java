package dev.bailiwick.server.idempotency;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** The same request was sent before, and is not answered yet. */
public final class RequestInProgress extends Failure {

    private static final ProblemType TYPE =
            ProblemType.passing(409, "request-in-progress", "The request is in progress");
    private static final long serialVersionUID = 1L;

    RequestInProgress() {
        super(TYPE, "The same request is being carried out: repeat it later, with the same Idempotency-Key");
    }
}
