package dev.bailiwick.server.account;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;
import java.util.Set;
import java.util.stream.Collectors;

/** The caller's session or token lacks a scope that the operation needs. */
public final class ScopeMissing extends Failure {

    private static final ProblemType TYPE = ProblemType.lasting(403, "scope-missing", "Not allowed");
    private static final long serialVersionUID = 1L;

    ScopeMissing(Scope scope) {
        super(TYPE, "This needs the scope " + scope);
    }

    /** @param any the scopes of which one is needed */
    ScopeMissing(Set<Scope> any) {
        super(
                TYPE,
                "This needs the scope "
                        + any.stream().sorted().map(Scope::toString).collect(Collectors.joining(" or ")));
    }
}
