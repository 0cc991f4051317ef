package dev.bailiwick.server.problem;

/** The parameters of the request cannot be read. */
final class UnreadableQuery extends Failure {

    private static final long serialVersionUID = 1L;

    UnreadableQuery() {
        super(ProblemTypes.MALFORMED_REQUEST, "The query cannot be read: it must be UTF-8, percent-encoded");
    }
}
