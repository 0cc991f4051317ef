package dev.bailiwick.server.network;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** The pool cannot be removed, as jails have addresses of it. */
public final class PoolInUse extends Failure {

    private static final ProblemType TYPE = ProblemType.lasting(409, "pool-in-use", "Jails have addresses of the pool");
    private static final ProblemType LEAVING =
            ProblemType.passing(409, "pool-in-use", "Hosts have not yet released addresses of the pool");
    private static final long serialVersionUID = 1L;

    private PoolInUse(ProblemType type, String detail) {
        super(type, detail);
    }

    static PoolInUse byJails(PoolId id) {
        return new PoolInUse(TYPE, "Jails have addresses of the pool " + id + ".");
    }

    /** The addresses are free once hosts have released them, so the same request can succeed later. */
    static PoolInUse untilReleased(PoolId id) {
        return new PoolInUse(
                LEAVING,
                "Hosts have not yet released addresses of the pool " + id + ". Repeat the request once they have.");
    }
}
