package dev.bailiwick.server.jail.intent;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;
import org.springframework.modulith.NamedInterface;

/** The jail is being removed, and can no longer be changed. */
@NamedInterface("failures")
public final class JailRetired extends Failure {

    private static final ProblemType TYPE = ProblemType.lasting(409, "jail-retired", "The jail is being removed");
    private static final long serialVersionUID = 1L;

    public JailRetired(JailId id) {
        super(TYPE, "The jail " + id + " is being removed.");
    }
}
