package dev.bailiwick.server.account.customer;

import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;
import org.springframework.modulith.NamedInterface;

/** The customer does not exist, or the caller may not see it. */
@NamedInterface("customer")
public final class CustomerNotFound extends Failure {

    private static final ProblemType TYPE = ProblemType.lasting(404, "customer-not-found", "No such customer");
    private static final long serialVersionUID = 1L;

    CustomerNotFound(CustomerId id) {
        super(TYPE, "There is no customer " + id);
    }
}
