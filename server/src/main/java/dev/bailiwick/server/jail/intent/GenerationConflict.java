package dev.bailiwick.server.jail.intent;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;
import dev.bailiwick.server.request.IfMatch;
import org.springframework.modulith.NamedInterface;

/** Another request has changed the jail in the meantime. */
@NamedInterface("failures")
public final class GenerationConflict extends Failure {

    private static final ProblemType TYPE =
            ProblemType.lasting(412, "generation-conflict", "The jail has been changed in the meantime");
    private static final long serialVersionUID = 1L;

    public GenerationConflict(IfMatch condition, long found) {
        super(TYPE, "If-Match is " + condition + ", but the jail is at generation " + found + ".");
    }

    public GenerationConflict(long expected, long found) {
        super(
                TYPE,
                "The change is meant for generation " + expected + ", but the jail is at generation " + found + ".");
    }
}
