package dev.bailiwick.server.network;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** The pool does not exist. */
public final class PoolNotFound extends Failure {

    private static final ProblemType TYPE = ProblemType.lasting(404, "pool-not-found", "There is no such address pool");
    private static final long serialVersionUID = 1L;

    PoolNotFound(PoolId id) {
        super(TYPE, "There is no address pool " + id + ".");
    }
}
