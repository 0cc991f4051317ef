package dev.bailiwick.server.jail.forward;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** Nothing listens on a port of a jail, or an address of it does not answer. */
public final class PortNotReached extends Failure {

    private static final ProblemType TYPE =
            ProblemType.passing(502, "port-not-reached", "Nothing listens on the port of the jail");
    private static final long serialVersionUID = 1L;

    PortNotReached(int port) {
        super(TYPE, "Nothing listens on port " + port + " of the jail.");
    }
}
