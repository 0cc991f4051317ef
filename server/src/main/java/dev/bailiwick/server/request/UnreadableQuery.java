package dev.bailiwick.server.request;

import dev.bailiwick.server.bounds.Bound;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemTypes;

/** The query or the form of the request cannot be decoded. */
final class UnreadableQuery extends Failure {

    private static final long serialVersionUID = 1L;

    UnreadableQuery() {
        super(
                ProblemTypes.MALFORMED_REQUEST,
                "The query or the form cannot be read: it must be UTF-8 without NUL, percent-encoded, and have at most "
                        + Bound.REQUEST_PARAMETERS.value() + " parameters and " + Bound.FORM_BYTES.value() + " bytes");
    }
}
