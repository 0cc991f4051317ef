package dev.bailiwick.server.jail.difference;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** The host and the server do not differ about this jail, or no longer differ. */
public final class DifferenceNotFound extends Failure {

    private static final ProblemType TYPE =
            ProblemType.lasting(404, "difference-not-found", "There is no such difference");
    private static final long serialVersionUID = 1L;

    DifferenceNotFound(JailId id) {
        super(TYPE, "The host and the server do not differ about jail " + id + ".");
    }
}
