package dev.bailiwick.server.request;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** The path is not in its plain form. */
public final class NonCanonicalPath extends Failure {

    private static final ProblemType TYPE =
            ProblemType.lasting(400, "unusual-path", "The path is not in its plain form");
    private static final long serialVersionUID = 1L;

    NonCanonicalPath() {
        super(TYPE, "Send the path without dot segments, empty segments, parameters (;) and unneeded escapes (%)");
    }
}
