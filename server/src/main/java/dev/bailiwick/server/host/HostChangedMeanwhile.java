package dev.bailiwick.server.host;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.IfMatch;
import dev.bailiwick.server.problem.ProblemType;

/** The host is not as whoever changes it has seen it. */
public final class HostChangedMeanwhile extends Failure {

    private static final ProblemType TYPE =
            ProblemType.lasting(412, "host-changed", "The host has been changed meanwhile");
    private static final long serialVersionUID = 1L;

    HostChangedMeanwhile(IfMatch condition, long found) {
        super(TYPE, "If-Match is " + condition + ", but the host is at version " + found + ".");
    }
}
