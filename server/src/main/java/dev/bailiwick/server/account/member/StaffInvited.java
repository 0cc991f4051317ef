package dev.bailiwick.server.account.member;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** Somebody who works for the installation follows an invitation: they belong to no customer. */
public final class StaffInvited extends Failure {

    private static final ProblemType TYPE = ProblemType.lasting(409, "staff-invited", "Staff belongs to no customer");
    private static final long serialVersionUID = 1L;

    StaffInvited() {
        super(TYPE, "People who work for the installation belong to no customer");
    }
}
