package dev.bailiwick.server.idempotency;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** The request took so long that a repetition of it took over the claim; this one had no effect. */
public final class RequestTakenOver extends Failure {

    private static final ProblemType TYPE =
            ProblemType.passing(409, "request-taken-over", "The request was taken over");
    private static final long serialVersionUID = 1L;

    RequestTakenOver() {
        super(TYPE, "A repetition of this request, with the same Idempotency-Key, took its place");
    }
}
