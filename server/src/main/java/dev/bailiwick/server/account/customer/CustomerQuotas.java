package dev.bailiwick.server.account.customer;

import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.account.AccountEvent;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.account.RightMissing;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.account.quota.Measure;
import dev.bailiwick.server.account.quota.Quota;
import dev.bailiwick.server.account.quota.QuotaBelowUse;
import dev.bailiwick.server.account.quota.Usages;
import dev.bailiwick.server.audit.Audit;
import dev.bailiwick.server.audit.Subject;
import dev.bailiwick.server.problem.InvalidRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.springframework.modulith.NamedInterface;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Changes of the quotas of customers. */
@NamedInterface("customer")
@Service
public class CustomerQuotas {

    private final StoredCustomers stored;
    private final Usages usages;
    private final Audit audit;

    CustomerQuotas(StoredCustomers stored, Usages usages, Audit audit) {
        this.stored = stored;
        this.usages = usages;
        this.audit = audit;
    }

    /**
     * Changes the quota of a customer, for staff and for the owners of its reseller. These set no bound above that of the reseller; what
     * they leave open, the quota of the reseller bounds.
     *
     * @param change returns the new quota
     * @throws CustomerNotFound if the customer does not exist
     * @throws RightMissing if the caller may not set its quota
     * @throws QuotaBelowUse if a bound is lowered below what the jails have
     * @throws InvalidRequest if a bound is above that of the reseller, and the caller owns that
     */
    @Transactional
    public Customer set(Caller caller, CustomerId id, UnaryOperator<Quota> change) {
        boolean resells = caller.access().has(Right.RESELL, id);
        if (resells) {
            caller.require(Right.RESELL, id);
            caller.require(Scope.CUSTOMERS_WRITE);
        } else {
            caller.require(Right.PLANS);
        }
        StoredCustomer customer = stored.lock(id.value()).orElseThrow(() -> new CustomerNotFound(id));
        CustomerFields before = customer.fields();
        Quota after = change.apply(before.quota());
        if (resells) {
            requireWithinReseller(caller, customer.view(), after);
        }
        store(caller, id, before.quota(), after);
        customer.change(before.with(after));
        return stored.saveAndFlush(customer).view().seenBy(caller);
    }

    private void requireWithinReseller(Caller caller, Customer customer, Quota after) {
        @Nullable CustomerId reseller = customer.reseller();
        if (reseller == null
                || stored.lockOwner(reseller.value(), caller.user().value()).isEmpty()) {
            throw new RightMissing(Right.PLANS);
        }
        Quota own =
                stored.findById(reseller.value()).map(one -> one.view().quota()).orElse(Quota.NONE);
        List<Violation> violations = beyond(own, after);
        if (!violations.isEmpty()) {
            throw new InvalidRequest(violations);
        }
    }

    /** Returns what of the quota of a customer is above that of its reseller. */
    static List<Violation> beyond(Quota reseller, Quota customer) {
        List<Violation> violations = new ArrayList<>();
        for (Measure measure : Measure.values()) {
            OptionalLong bound = measure.bound(reseller);
            if (bound.isPresent() && measure.bound(customer).orElse(0) > bound.getAsLong()) {
                violations.add(new Violation(
                        "/quota/" + measure.member(),
                        "must be at most " + measure.text(bound.getAsLong()) + ", which the reseller may have"));
            }
        }
        return violations;
    }

    /**
     * Checks that the caller may give a new customer this quota.
     *
     * @throws RightMissing if it bounds anything, and the caller may not set quotas
     */
    static void require(Caller caller, Quota quota) {
        if (quota.bounds()) {
            caller.require(Right.PLANS);
        }
    }

    /**
     * Checks and records a change, within the transaction that makes it. The row of the customer is locked, so nothing is added to what its
     * jails have until the quota holds.
     *
     * @throws QuotaBelowUse if a bound is lowered below what the jails have
     * @throws RightMissing if the caller may not set quotas
     */
    void change(Caller caller, CustomerId id, Quota before, Quota after) {
        if (!after.equals(before)) {
            caller.require(Right.PLANS);
            store(caller, id, before, after);
        }
    }

    private void store(Caller caller, CustomerId id, Quota before, Quota after) {
        if (after.equals(before)) {
            return;
        }
        after.below(usages.of(id), before).ifPresent(below -> {
            throw below;
        });
        audit.record(
                caller.actor(),
                Subject.of("customer", id).visibleTo(id.value()),
                new AccountEvent.QuotaChanged(
                        after.jails(), after.memory(), after.cpuMillis(), after.addresses(), after.disk()));
    }
}
