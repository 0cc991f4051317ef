package dev.bailiwick.server.account.customer;

import dev.bailiwick.server.bounds.Bound;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** The reseller has as many customers as its owners may create. */
public final class TooManyCustomers extends Failure {

    private static final ProblemType TYPE = ProblemType.lasting(409, "too-many-customers", "Too many customers");
    private static final long serialVersionUID = 1L;

    TooManyCustomers() {
        super(
                TYPE,
                "The reseller has " + Bound.CUSTOMERS_OF_A_RESELLER.value()
                        + " customers or more. Only staff creates further ones");
    }
}
