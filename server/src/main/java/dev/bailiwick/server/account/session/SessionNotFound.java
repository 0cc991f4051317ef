package dev.bailiwick.server.account.session;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** The user has no such session, or it has ended. */
public final class SessionNotFound extends Failure {

    private static final ProblemType TYPE = ProblemType.lasting(404, "session-not-found", "No such session");
    private static final long serialVersionUID = 1L;

    SessionNotFound(String key) {
        super(TYPE, "There is no session " + key);
    }
}
