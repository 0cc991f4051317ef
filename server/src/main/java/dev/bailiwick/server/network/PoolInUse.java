package dev.bailiwick.server.network;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** The pool cannot be removed, as jails have addresses of it. */
public final class PoolInUse extends Failure {

    private static final ProblemType TYPE = ProblemType.lasting(409, "pool-in-use", "Jails have addresses of the pool");
    private static final long serialVersionUID = 1L;

    PoolInUse(PoolId id) {
        super(TYPE, "Jails have addresses of the pool " + id + ".");
    }
}
