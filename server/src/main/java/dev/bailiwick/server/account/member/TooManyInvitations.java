package dev.bailiwick.server.account.member;

import dev.bailiwick.server.bounds.Bound;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** The customer has as many open invitations as it may have. */
public final class TooManyInvitations extends Failure {

    private static final ProblemType TYPE = ProblemType.lasting(409, "too-many-invitations", "Too many invitations");
    private static final long serialVersionUID = 1L;

    TooManyInvitations() {
        super(
                TYPE,
                "The customer has " + Bound.INVITATIONS_OF_A_CUSTOMER.value()
                        + " open invitations. Withdraw one, or wait until one is accepted or expires");
    }
}
