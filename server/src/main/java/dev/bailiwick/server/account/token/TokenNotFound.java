package dev.bailiwick.server.account.token;

import dev.bailiwick.server.account.TokenId;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** The token does not exist, or the caller may not see it. */
public final class TokenNotFound extends Failure {

    private static final ProblemType TYPE = ProblemType.lasting(404, "token-not-found", "No such token");
    private static final long serialVersionUID = 1L;

    TokenNotFound(TokenId id) {
        super(TYPE, "There is no token " + id);
    }
}
