package dev.bailiwick.server.account.member;

import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** The user does not belong to the customer. */
public final class MemberNotFound extends Failure {

    private static final ProblemType TYPE = ProblemType.lasting(404, "member-not-found", "No such member");
    private static final long serialVersionUID = 1L;

    MemberNotFound(CustomerId customer, UserId user) {
        super(TYPE, "The user " + user + " does not belong to the customer " + customer);
    }
}
