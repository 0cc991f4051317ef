package dev.bailiwick.server.account.key;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** The user has the SSH key already. */
public final class SshKeyTaken extends Failure {

    private static final ProblemType TYPE = ProblemType.lasting(409, "ssh-key-taken", "The key is there");
    private static final long serialVersionUID = 1L;

    SshKeyTaken() {
        super(TYPE, "You have this key already");
    }
}
