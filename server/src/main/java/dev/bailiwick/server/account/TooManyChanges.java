package dev.bailiwick.server.account;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** The people and programs of a customer have asked for so many changes that this one was not looked at. */
public final class TooManyChanges extends Failure {

    private static final ProblemType TYPE = ProblemType.passing(429, "too-many-changes", "Too many changes");
    private static final long serialVersionUID = 1L;

    TooManyChanges() {
        super(TYPE, "Too many changes were asked for. Try again in a minute.");
    }
}
