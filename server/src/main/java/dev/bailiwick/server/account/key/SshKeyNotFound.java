package dev.bailiwick.server.account.key;

import dev.bailiwick.server.account.SshKeyId;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** The SSH key does not exist, or the caller may not see it. */
public final class SshKeyNotFound extends Failure {

    private static final ProblemType TYPE = ProblemType.lasting(404, "ssh-key-not-found", "No such SSH key");
    private static final long serialVersionUID = 1L;

    SshKeyNotFound(SshKeyId id) {
        super(TYPE, "There is no SSH key " + id);
    }
}
