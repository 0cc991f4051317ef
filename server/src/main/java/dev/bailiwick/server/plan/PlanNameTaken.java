package dev.bailiwick.server.plan;

import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;
import java.util.List;

/** Another plan has this name. */
public final class PlanNameTaken extends Failure {

    private static final ProblemType TYPE = ProblemType.lasting(409, "plan-name-taken", "The name is taken");
    private static final long serialVersionUID = 1L;

    PlanNameTaken(String name) {
        super(TYPE, "There is a plan named " + name, List.of(new Violation("/name", "is taken")));
    }
}
