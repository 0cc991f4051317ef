package dev.bailiwick.server.jail.command;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** A jail, or its host, has the maximum number of sessions. */
public final class TooManySessions extends Failure {

    private static final ProblemType TYPE =
            ProblemType.passing(409, "too-many-sessions", "There are too many sessions");
    private static final long serialVersionUID = 1L;

    /** @param why a clause */
    TooManySessions(String why) {
        super(TYPE, "No session was opened: " + why + ".");
    }
}
