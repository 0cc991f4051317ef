package dev.bailiwick.server.account.signin.form;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** The path shows forms again, and the request carries no form. */
final class NothingCarried extends Failure {

    private static final ProblemType TYPE = ProblemType.lasting(404, "not-found", "There is nothing here");
    private static final long serialVersionUID = 1L;

    NothingCarried(String path) {
        super(TYPE, "There is nothing at " + path + ".");
    }
}
