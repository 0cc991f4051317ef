package dev.bailiwick.server.account.factor;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** The user has no second factor, or has not begun to set one up. */
public final class SecondFactorOff extends Failure {

    private static final ProblemType TYPE = ProblemType.lasting(409, "second-factor-off", "There is no second factor");
    private static final long serialVersionUID = 1L;

    SecondFactorOff() {
        super(TYPE, "There is no second factor, and no setup of one");
    }
}
