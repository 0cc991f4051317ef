package dev.bailiwick.server.account.key;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** A token would add an SSH key that has fewer limits than it. */
public final class SshKeyNotAllowed extends Failure {

    private static final ProblemType TYPE = ProblemType.lasting(403, "ssh-key-not-allowed", "Not allowed");
    private static final long serialVersionUID = 1L;

    SshKeyNotAllowed() {
        super(TYPE, "A token that expires or is limited to networks adds no SSH keys, which would not be");
    }
}
