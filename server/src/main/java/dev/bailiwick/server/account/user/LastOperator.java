package dev.bailiwick.server.account.user;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** The last enabled operator cannot be disabled: without an operator nobody could run the installation. */
public final class LastOperator extends Failure {

    private static final ProblemType TYPE = ProblemType.lasting(409, "last-operator", "The last operator");
    private static final long serialVersionUID = 1L;

    LastOperator() {
        super(TYPE, "The last operator who can sign in cannot be disabled");
    }
}
