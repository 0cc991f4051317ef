package dev.bailiwick.server.account.signin.email;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** The link was used, has expired or was replaced. */
public final class ConfirmationVoid extends Failure {

    private static final ProblemType TYPE = ProblemType.lasting(404, "confirmation-void", "The link does not hold");
    private static final long serialVersionUID = 1L;

    ConfirmationVoid() {
        super(TYPE, "This link does not confirm an address any more");
    }
}
