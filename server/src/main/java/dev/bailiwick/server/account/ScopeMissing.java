package dev.bailiwick.server.account;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** The caller's token or role lacks a scope that the operation needs. */
public final class ScopeMissing extends Failure {

    private static final ProblemType TYPE = ProblemType.lasting(403, "scope-missing", "Not allowed");
    private static final long serialVersionUID = 1L;

    ScopeMissing(Scope scope) {
        super(TYPE, "This needs the scope " + scope);
    }
}
