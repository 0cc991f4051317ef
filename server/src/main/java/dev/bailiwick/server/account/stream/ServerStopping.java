package dev.bailiwick.server.account.stream;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** The server is stopping and opens no more streams. */
public final class ServerStopping extends Failure {

    private static final ProblemType TYPE = ProblemType.passing(503, "server-stopping", "The server is stopping");
    private static final long serialVersionUID = 1L;

    ServerStopping() {
        super(TYPE, "The server is stopping; the page follows changes again when it is back.");
    }
}
