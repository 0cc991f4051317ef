package dev.bailiwick.server.request;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** The request has a body that its operation does not read. */
public final class BodyNotRead extends Failure {

    private static final ProblemType TYPE =
            ProblemType.lasting(400, "body-not-read", "The request has a body that is not read");
    private static final long serialVersionUID = 1L;

    BodyNotRead() {
        super(TYPE, "This operation takes no body; leave it out, or send an empty object");
    }
}
