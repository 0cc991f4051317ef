package dev.bailiwick.server.jail;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** A customer requested something that only operators may do. Customers view, start and stop their jails. */
public final class OperatorsOnly extends Failure {

    private static final ProblemType TYPE = ProblemType.lasting(403, "operators-only", "Only operators may do this");
    private static final long serialVersionUID = 1L;

    public OperatorsOnly() {
        super(TYPE, "Only operators create, change and remove jails.");
    }
}
