package dev.bailiwick.server.account.token;

import dev.bailiwick.server.account.TokenId;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** The token is revoked or has expired. */
public final class TokenNotInForce extends Failure {

    private static final ProblemType TYPE = ProblemType.lasting(409, "token-not-in-force", "The token has ended");
    private static final long serialVersionUID = 1L;

    TokenNotInForce(TokenId id) {
        super(TYPE, "The token " + id + " is revoked or has expired");
    }
}
