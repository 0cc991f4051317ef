package dev.bailiwick.server.plan;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** There is no such plan, or no such version of it. */
public final class PlanNotFound extends Failure {

    private static final ProblemType TYPE = ProblemType.lasting(404, "plan-not-found", "No such plan");
    private static final long serialVersionUID = 1L;

    PlanNotFound(PlanId id) {
        super(TYPE, "There is no plan " + id);
    }
}
