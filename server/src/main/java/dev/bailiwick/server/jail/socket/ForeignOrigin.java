package dev.bailiwick.server.jail.socket;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** A page of another origin asks for a WebSocket, or a browser does not say which. */
public final class ForeignOrigin extends Failure {

    private static final ProblemType TYPE = ProblemType.lasting(403, "foreign-origin", "Another site sent the request");
    private static final long serialVersionUID = 1L;

    ForeignOrigin() {
        super(TYPE, "A WebSocket is opened only for pages of this server.");
    }
}
