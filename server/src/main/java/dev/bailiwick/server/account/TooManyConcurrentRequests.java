package dev.bailiwick.server.account;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** The request was rejected: it waited too long for other requests of customers. */
public final class TooManyConcurrentRequests extends Failure {

    private static final ProblemType TYPE =
            ProblemType.passing(503, "too-many-requests-at-once", "Too many requests at once");
    private static final long serialVersionUID = 1L;

    TooManyConcurrentRequests() {
        super(TYPE, "Too many requests are being answered at once. Try again in a moment.");
    }
}
