package dev.bailiwick.server.account.stream;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** The maximum number of live pages, of this user or of the server, is open; the page works but does not follow changes. */
public final class TooManyStreams extends Failure {

    private static final ProblemType TYPE =
            ProblemType.passing(503, "too-many-streams", "Too many live pages are open");
    private static final long serialVersionUID = 1L;

    TooManyStreams() {
        super(TYPE, "Too many live pages are open; this one does not follow changes.");
    }
}
