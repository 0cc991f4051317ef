package dev.bailiwick.server.account.customer;

import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;
import org.springframework.modulith.NamedInterface;

/** The customer is suspended: none of its jails is created, started or changed. */
@NamedInterface("customer")
public final class CustomerSuspended extends Failure {

    private static final ProblemType TYPE = ProblemType.lasting(409, "customer-suspended", "The customer is suspended");
    private static final long serialVersionUID = 1L;

    public CustomerSuspended(CustomerId id) {
        super(TYPE, "The customer " + id + " is suspended");
    }

    /** Returns the failure of an owner of a reseller who changes what staff has decided. */
    static CustomerSuspended byStaff(CustomerId id) {
        return new CustomerSuspended(id, "only staff can change that");
    }

    /** @param reason the reason of the suspension, which only staff may see */
    CustomerSuspended(CustomerId id, String reason) {
        super(TYPE, "The customer " + id + " is suspended: " + reason);
    }
}
