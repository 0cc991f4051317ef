package dev.bailiwick.server.jail.socket;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** The request does not ask for a WebSocket, or not for the right one. */
public final class UpgradeRequired extends Failure {

    private static final ProblemType TYPE = ProblemType.lasting(426, "upgrade-required", "A WebSocket is required");
    private static final long serialVersionUID = 1L;

    UpgradeRequired(String subprotocol) {
        super(TYPE, "The request must ask for a WebSocket with the subprotocol " + subprotocol + ".");
    }
}
