package dev.bailiwick.server.network;

import dev.bailiwick.jail.AddressRange;
import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;
import java.util.List;

/** The pool cannot be created, as another pool has some of its addresses. */
public final class PoolOverlaps extends Failure {

    private static final ProblemType TYPE =
            ProblemType.lasting(409, "pool-overlaps", "Another pool has some of these addresses");
    private static final long serialVersionUID = 1L;

    PoolOverlaps(AddressRange range) {
        super(
                TYPE,
                "Another pool has addresses of " + range + ".",
                List.of(new Violation("/range", "overlaps another pool")));
    }
}
