package dev.bailiwick.server.request;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** The request is for a name that is not this server's. */
public final class UnknownServerName extends Failure {

    private static final ProblemType TYPE =
            ProblemType.lasting(421, "unknown-name", "This server does not have that name");
    private static final long serialVersionUID = 1L;

    UnknownServerName() {
        super(TYPE, "An operator can add the name or address to bailiwick.names");
    }
}
