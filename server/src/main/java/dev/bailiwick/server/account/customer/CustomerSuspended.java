package dev.bailiwick.server.account.customer;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;
import org.jspecify.annotations.Nullable;
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

    /** Returns the failure with as much of the reason as the caller may see. */
    static CustomerSuspended asSeenBy(Caller caller, Customer customer) {
        Customer seen = customer.seenBy(caller);
        if (!caller.access().has(Right.SUSPEND, customer.id()) && !caller.seesInstallation()) {
            return new CustomerSuspended(customer.id());
        }
        @Nullable String reason = seen.suspensionReason();
        if (reason != null) {
            return new CustomerSuspended(customer.id(), reason);
        }
        return seen.resellerSuspended()
                ? new CustomerSuspended(customer.id(), "its reseller is suspended")
                : new CustomerSuspended(customer.id());
    }

    /** @param reason the reason of the suspension, which only staff may see */
    CustomerSuspended(CustomerId id, String reason) {
        super(TYPE, "The customer " + id + " is suspended: " + reason);
    }
}
