package dev.bailiwick.server.jail;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** Customers look at their jails, start and stop them; defining them is for operators. */
public final class OperatorsOnly extends Failure {

    private static final ProblemType TYPE = ProblemType.lasting(403, "operators-only", "Only operators may do this");
    private static final long serialVersionUID = 1L;

    public OperatorsOnly() {
        super(TYPE, "Only operators define, redefine and retire jails.");
    }
}
