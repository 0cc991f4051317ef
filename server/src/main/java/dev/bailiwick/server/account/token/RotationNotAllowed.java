package dev.bailiwick.server.account.token;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** A token would learn the secret of another one, which may do more than it. */
public final class RotationNotAllowed extends Failure {

    private static final ProblemType TYPE = ProblemType.lasting(403, "rotation-not-allowed", "Not allowed");
    private static final long serialVersionUID = 1L;

    RotationNotAllowed() {
        super(TYPE, "A token rotates only itself and the tokens that it created");
    }
}
