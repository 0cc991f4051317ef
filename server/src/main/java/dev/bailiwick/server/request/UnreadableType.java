package dev.bailiwick.server.request;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemTypes;

/** The type of the request's body is not a single one, or has an unknown charset. */
final class UnreadableType extends Failure {

    private static final long serialVersionUID = 1L;

    UnreadableType() {
        super(ProblemTypes.ofStatus(415), "The header Content-Type must name one type, and a known charset or none");
    }
}
