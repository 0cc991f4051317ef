package dev.bailiwick.server.account.user;

import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;
import java.util.List;

/** Another user has this login already. */
public final class LoginTaken extends Failure {

    private static final ProblemType TYPE = ProblemType.lasting(409, "login-taken", "The login is taken");
    private static final long serialVersionUID = 1L;

    LoginTaken(String login) {
        super(TYPE, "There is a user " + login, List.of(new Violation("/login", "is taken")));
    }
}
