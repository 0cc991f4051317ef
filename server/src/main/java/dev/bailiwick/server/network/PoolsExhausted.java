package dev.bailiwick.server.network;

import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;
import java.util.List;

/** No pool has a free address to choose. */
public final class PoolsExhausted extends Failure {

    private static final ProblemType TYPE = ProblemType.passing(409, "pools-exhausted", "No pool has a free address");
    private static final long serialVersionUID = 1L;

    PoolsExhausted(String detail) {
        super(TYPE, detail, List.of(new Violation("/ip", "cannot be chosen: no pool has a free address")));
    }
}
