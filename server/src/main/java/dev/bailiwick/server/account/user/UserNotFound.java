package dev.bailiwick.server.account.user;

import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** There is no such user. */
public final class UserNotFound extends Failure {

    private static final ProblemType TYPE = ProblemType.lasting(404, "user-not-found", "No such user");
    private static final long serialVersionUID = 1L;

    public UserNotFound(UserId id) {
        super(TYPE, "There is no user " + id);
    }
}
