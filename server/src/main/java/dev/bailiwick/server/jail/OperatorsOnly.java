package dev.bailiwick.server.jail;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** A customer requested something that only operators may do. Customers view, start and stop their jails. */
public final class OperatorsOnly extends Failure {

    private static final ProblemType TYPE = ProblemType.lasting(403, "operators-only", "Only operators may do this");
    private static final long serialVersionUID = 1L;

    private OperatorsOnly() {
        super(TYPE, "Only operators create, change and remove jails.");
    }

    /** @throws OperatorsOnly if the caller is not an operator */
    public static void check(Caller caller) {
        if (caller.role() != Role.OPERATOR) {
            throw new OperatorsOnly();
        }
    }
}
