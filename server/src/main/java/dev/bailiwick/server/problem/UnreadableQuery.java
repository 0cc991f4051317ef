package dev.bailiwick.server.problem;

/** The query of the request cannot be decoded. */
final class UnreadableQuery extends Failure {

    private static final long serialVersionUID = 1L;

    UnreadableQuery() {
        super(ProblemTypes.MALFORMED_REQUEST, "The query cannot be read: it must be UTF-8, percent-encoded");
    }
}
