package dev.bailiwick.server.account.factor;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** The user has a second factor already, which has to be removed first. */
public final class SecondFactorOn extends Failure {

    private static final ProblemType TYPE = ProblemType.lasting(409, "second-factor-on", "There is a second factor");
    private static final long serialVersionUID = 1L;

    SecondFactorOn() {
        super(TYPE, "There is a second factor already: remove it first to set up another one");
    }
}
