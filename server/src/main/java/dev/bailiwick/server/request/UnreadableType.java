package dev.bailiwick.server.request;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemTypes;

/** The type of the request's body is not a single one, has an unknown charset, or is a form that the API does not read. */
final class UnreadableType extends Failure {

    private static final long serialVersionUID = 1L;

    private UnreadableType(String detail) {
        super(ProblemTypes.ofStatus(415), detail);
    }

    static UnreadableType header() {
        return new UnreadableType("The header Content-Type must name one type, and a known charset or none");
    }

    static UnreadableType form() {
        return new UnreadableType("The API reads no forms: send the header Content-Type: application/json");
    }
}
