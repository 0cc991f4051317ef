package dev.bailiwick.server.jail.file;

import dev.bailiwick.server.bounds.Bound;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** The user sends, receives or removes the maximum number of files at a time already. */
public final class TooManyTransfers extends Failure {

    private static final ProblemType TYPE =
            ProblemType.passing(503, "too-many-transfers", "Too many files are sent, received or removed at a time");
    private static final long serialVersionUID = 1L;

    TooManyTransfers() {
        super(TYPE, "You send, receive or remove " + Bound.TRANSFERS_OF_A_USER.value() + " files already.");
    }
}
