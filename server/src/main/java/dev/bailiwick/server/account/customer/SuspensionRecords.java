package dev.bailiwick.server.account.customer;

import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.account.AccountEvent;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.account.RightMissing;
import dev.bailiwick.server.account.customer.StoredCustomer.Suspender;
import dev.bailiwick.server.audit.Audit;
import dev.bailiwick.server.audit.Subject;
import dev.bailiwick.server.problem.InvalidRequest;
import dev.bailiwick.server.request.FreeText;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.modulith.NamedInterface;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** Notes which customers are suspended, why and by whom. What comes of it for their jails is another matter. */
@NamedInterface("customer")
@Service
public class SuspensionRecords {

    private final StoredCustomers stored;
    private final Resellers resellers;
    private final Audit audit;
    private final Clock clock;

    SuspensionRecords(StoredCustomers stored, Resellers resellers, Audit audit, Clock clock) {
        this.stored = stored;
        this.resellers = resellers;
        this.audit = audit;
        this.clock = clock;
    }

    /**
     * Notes that the customer is suspended, and locks it until the end of the transaction.
     *
     * @param reason 1 to 200 characters; of a customer that is suspended already, it replaces the former one
     * @throws CustomerNotFound if the customer does not exist
     * @throws CustomerSuspended if the caller owns its reseller, and staff suspended it
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public Customer suspend(Caller caller, CustomerId id, @Nullable String reason) {
        caller.require(Right.SUSPEND, id);
        List<Violation> violations = new ArrayList<>();
        FreeText.check("/reason", reason, CustomerFields.MAX_LENGTH, violations);
        if (reason == null || !violations.isEmpty()) {
            throw new InvalidRequest(violations);
        }
        StoredCustomer customer = stored.lock(id.value()).orElseThrow(() -> new CustomerNotFound(id));
        Customer before = customer.view();
        Suspender by = suspender(caller, before);
        if (!reason.equals(before.suspensionReason()) || before.suspendedByReseller() != (by == Suspender.RESELLER)) {
            customer.suspend(by, reason, clock.instant());
            // Only those who could have suspended it see the reason.
            Subject subject = Subject.of("customer", id);
            audit.record(
                    caller.actor(),
                    by == Suspender.RESELLER && before.reseller() != null
                            ? subject.visibleTo(before.reseller().value())
                            : subject,
                    new AccountEvent.SuspensionExplained(reason));
        }
        return stored.saveAndFlush(customer).view();
    }

    /** Returns as whom the caller suspends the customer, who is locked, or lifts that. */
    private Suspender suspender(Caller caller, Customer customer) {
        if (caller.access().has(Right.SUSPEND)) {
            return Suspender.STAFF;
        }
        if (!resellers.lockOwner(customer.id(), caller.user())) {
            throw new RightMissing(Right.SUSPEND);
        }
        if (customer.suspendedAt() != null && !customer.suspendedByReseller()) {
            throw CustomerSuspended.byStaff(customer.id());
        }
        return Suspender.RESELLER;
    }

    /**
     * Notes that the customer is no longer suspended, and locks it until the end of the transaction.
     *
     * @throws CustomerNotFound if the customer does not exist
     * @throws CustomerSuspended if the caller owns its reseller, and staff suspended it
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public Customer lift(Caller caller, CustomerId id) {
        caller.require(Right.SUSPEND, id);
        StoredCustomer customer = stored.lock(id.value()).orElseThrow(() -> new CustomerNotFound(id));
        var _ = suspender(caller, customer.view());
        customer.liftSuspension();
        return stored.saveAndFlush(customer).view();
    }
}
