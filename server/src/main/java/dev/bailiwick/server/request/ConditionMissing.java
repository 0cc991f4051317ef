package dev.bailiwick.server.request;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** The request replaces an object and lacks the header If-Match, which shows that the caller has seen the current version. */
public final class ConditionMissing extends Failure {

    private static final ProblemType TYPE =
            ProblemType.lasting(428, "if-match-required", "The change needs a condition");
    private static final long serialVersionUID = 1L;

    ConditionMissing() {
        super(TYPE, "Send If-Match with the ETag of the version that you replace.");
    }
}
