package dev.bailiwick.server.account;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** Nothing new is made for a retired customer. */
public final class CustomerRetired extends Failure {

    private static final ProblemType TYPE = ProblemType.lasting(409, "customer-retired", "The customer is retired");
    private static final long serialVersionUID = 1L;

    CustomerRetired(CustomerId id) {
        super(TYPE, "The customer " + id + " is retired");
    }
}
