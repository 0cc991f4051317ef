package dev.bailiwick.server.jail.intent;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;
import org.springframework.modulith.NamedInterface;

/** The jail does not exist, or the caller may not see it. */
@NamedInterface("failures")
public final class JailNotFound extends Failure {

    private static final ProblemType TYPE = ProblemType.lasting(404, "jail-not-found", "There is no such jail");
    private static final long serialVersionUID = 1L;

    public JailNotFound(JailId id) {
        super(TYPE, "There is no jail " + id + ".");
    }
}
