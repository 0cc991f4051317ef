package dev.bailiwick.server.account;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** Login and password do not belong together, or the user is disabled; which of them is not told. */
public final class SignInRefused extends Failure {

    private static final ProblemType TYPE = ProblemType.lasting(401, "sign-in-refused", "Not signed in");
    private static final long serialVersionUID = 1L;

    SignInRefused() {
        super(TYPE, "Login or password is wrong");
    }
}
