package dev.bailiwick.server.account.authentication;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** The request has no valid token. */
public final class NotSignedIn extends Failure {

    private static final ProblemType TYPE = ProblemType.lasting(401, "not-signed-in", "Not signed in");
    private static final long serialVersionUID = 1L;

    public NotSignedIn() {
        super(TYPE, "A valid bearer token is required, from an address from which it is accepted");
    }
}
