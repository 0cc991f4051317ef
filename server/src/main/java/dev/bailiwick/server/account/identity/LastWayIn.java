package dev.bailiwick.server.account.identity;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** The user could not sign in any more: they would have neither a password, nor a passkey, nor a linked account at a provider. */
public final class LastWayIn extends Failure {

    private static final ProblemType TYPE = ProblemType.lasting(409, "last-way-in", "The last way to sign in");
    private static final long serialVersionUID = 1L;

    LastWayIn() {
        super(TYPE, "It is the last way to sign in: create a passkey or set a password first");
    }
}
