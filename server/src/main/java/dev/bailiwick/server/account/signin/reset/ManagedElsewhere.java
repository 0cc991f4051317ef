package dev.bailiwick.server.account.signin.reset;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** The user belongs to another customer as well, whose jails the link would open. */
public final class ManagedElsewhere extends Failure {

    private static final ProblemType TYPE = ProblemType.lasting(409, "managed-elsewhere", "Not only yours");
    private static final long serialVersionUID = 1L;

    ManagedElsewhere() {
        super(TYPE, "The user does not belong to this customer alone: ask an owner of the installation");
    }
}
