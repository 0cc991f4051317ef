package dev.bailiwick.server.account.identity;

import dev.bailiwick.server.account.IdentityId;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** The user has linked no such account at a provider. */
public final class IdentityNotFound extends Failure {

    private static final ProblemType TYPE = ProblemType.lasting(404, "identity-not-found", "No such linked account");
    private static final long serialVersionUID = 1L;

    IdentityNotFound(IdentityId id) {
        super(TYPE, "There is no linked account " + id);
    }
}
