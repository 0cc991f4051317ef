package dev.bailiwick.server.account;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** The change was rejected: the customer's people and programs have requested too many. */
public final class TooManyChanges extends Failure {

    private static final ProblemType TYPE = ProblemType.passing(429, "too-many-changes", "Too many changes");
    private static final long serialVersionUID = 1L;

    TooManyChanges() {
        super(TYPE, "Too many changes were requested. Try again in a minute.");
    }
}
