package dev.bailiwick.server.account.member;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** Somebody with the login belongs to the customer already: their role and jails are changed, without an invitation. */
public final class AlreadyMember extends Failure {

    private static final ProblemType TYPE = ProblemType.lasting(409, "already-member", "Already a member");
    private static final long serialVersionUID = 1L;

    AlreadyMember(String login) {
        super(TYPE, "The user " + login + " belongs to the customer already");
    }
}
