package dev.bailiwick.server.account.key;

import dev.bailiwick.server.bounds.Bound;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** The user has as many SSH keys as one may have. */
public final class TooManySshKeys extends Failure {

    private static final ProblemType TYPE = ProblemType.lasting(409, "too-many-ssh-keys", "Too many SSH keys");
    private static final long serialVersionUID = 1L;

    TooManySshKeys() {
        super(TYPE, "You have " + Bound.SSH_KEYS_OF_A_USER.value() + " SSH keys. Remove one first");
    }
}
