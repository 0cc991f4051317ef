package dev.bailiwick.server.account.user;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** The last enabled owner of the installation stays: without one, nobody could choose who works in it. */
public final class LastOwner extends Failure {

    private static final ProblemType TYPE = ProblemType.lasting(409, "last-owner", "The last owner");
    private static final long serialVersionUID = 1L;

    LastOwner() {
        super(TYPE, "The last owner of the installation who can sign in cannot be disabled, nor get another role");
    }
}
