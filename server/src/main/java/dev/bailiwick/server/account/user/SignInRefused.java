package dev.bailiwick.server.account.user;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** The login and password do not match, or the user is disabled. The message does not say which. */
public final class SignInRefused extends Failure {

    private static final ProblemType TYPE = ProblemType.lasting(401, "sign-in-refused", "Not signed in");
    private static final long serialVersionUID = 1L;

    SignInRefused() {
        super(TYPE, "Login or password is wrong");
    }
}
