package dev.bailiwick.server.account.member;

import dev.bailiwick.server.account.InvitationId;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** The customer has no open invitation with this id. */
public final class InvitationNotFound extends Failure {

    private static final ProblemType TYPE = ProblemType.lasting(404, "invitation-not-found", "No such invitation");
    private static final long serialVersionUID = 1L;

    InvitationNotFound(InvitationId id) {
        super(TYPE, "The customer has no open invitation " + id);
    }
}
