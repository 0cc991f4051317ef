package dev.bailiwick.server.account.passkey;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;
import java.util.UUID;

/** The user has no such passkey. */
public final class PasskeyNotFound extends Failure {

    private static final ProblemType TYPE = ProblemType.lasting(404, "passkey-not-found", "No such passkey");
    private static final long serialVersionUID = 1L;

    PasskeyNotFound(UUID id) {
        super(TYPE, "There is no passkey " + id);
    }
}
