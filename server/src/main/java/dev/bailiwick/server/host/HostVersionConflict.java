package dev.bailiwick.server.host;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;
import dev.bailiwick.server.request.IfMatch;

/** The host has another version than the change requires. */
public final class HostVersionConflict extends Failure {

    private static final ProblemType TYPE = ProblemType.lasting(412, "host-changed", "The host has changed");
    private static final long serialVersionUID = 1L;

    HostVersionConflict(IfMatch condition, long found) {
        super(TYPE, "If-Match is " + condition + ", but the host is at version " + found + ".");
    }
}
