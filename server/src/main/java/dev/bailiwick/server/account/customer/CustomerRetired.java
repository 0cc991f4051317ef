package dev.bailiwick.server.account.customer;

import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;
import org.springframework.modulith.NamedInterface;

/** The customer is retired: nothing is created for it. */
@NamedInterface("customer")
public final class CustomerRetired extends Failure {

    private static final ProblemType TYPE = ProblemType.lasting(409, "customer-retired", "The customer is retired");
    private static final long serialVersionUID = 1L;

    public CustomerRetired(CustomerId id) {
        super(TYPE, "The customer " + id + " is retired");
    }
}
