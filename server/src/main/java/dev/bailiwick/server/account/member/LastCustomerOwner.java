package dev.bailiwick.server.account.member;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** The last owner of a customer stays its owner: without one, nobody of the customer could choose its people. */
public final class LastCustomerOwner extends Failure {

    private static final ProblemType TYPE = ProblemType.lasting(409, "last-customer-owner", "The last owner");
    private static final long serialVersionUID = 1L;

    LastCustomerOwner() {
        super(TYPE, "The last owner of a customer stays its owner. Make somebody else an owner first");
    }
}
