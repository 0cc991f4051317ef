package dev.bailiwick.server.plan;

import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;
import java.util.List;
import java.util.stream.Collectors;

/** A jail has what its plan does not allow. */
public final class PlanDoesNotFit extends Failure {

    private static final ProblemType TYPE =
            ProblemType.lasting(409, "plan-does-not-fit", "The jail has what the plan does not allow");
    private static final long serialVersionUID = 1L;

    /** @param violations the fields of the jail, each with what it has and what the plan allows; not empty */
    public PlanDoesNotFit(List<Violation> violations) {
        super(
                TYPE,
                violations.stream()
                        .map(violation -> violation.pointer() + " " + violation.message())
                        .collect(Collectors.joining("; ")),
                violations);
    }
}
