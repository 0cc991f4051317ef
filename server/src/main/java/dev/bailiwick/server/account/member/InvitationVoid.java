package dev.bailiwick.server.account.member;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** The link leads to no invitation that can be accepted: it was used, withdrawn or replaced, has expired, or does not hold any more. */
public final class InvitationVoid extends Failure {

    private static final ProblemType TYPE = ProblemType.lasting(410, "invitation-void", "The invitation is void");
    private static final long serialVersionUID = 1L;

    InvitationVoid() {
        super(TYPE, "The invitation was used or withdrawn, has expired, or does not hold any more");
    }
}
