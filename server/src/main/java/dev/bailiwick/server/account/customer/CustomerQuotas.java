package dev.bailiwick.server.account.customer;

import dev.bailiwick.server.account.AccountEvent;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.account.RightMissing;
import dev.bailiwick.server.account.quota.Quota;
import dev.bailiwick.server.account.quota.QuotaBelowUse;
import dev.bailiwick.server.account.quota.Usages;
import dev.bailiwick.server.audit.Audit;
import dev.bailiwick.server.audit.Subject;
import java.util.function.UnaryOperator;
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
     * Changes the quota of a customer.
     *
     * @param change returns the new quota
     * @throws CustomerNotFound if the customer does not exist
     * @throws QuotaBelowUse if a bound is lowered below what the jails have
     */
    @Transactional
    public Customer set(Caller caller, CustomerId id, UnaryOperator<Quota> change) {
        caller.require(Right.PLANS);
        StoredCustomer customer = stored.lock(id.value()).orElseThrow(() -> new CustomerNotFound(id));
        CustomerFields before = customer.fields();
        Quota after = change.apply(before.quota());
        change(caller, id, before.quota(), after);
        customer.change(before.with(after));
        return stored.saveAndFlush(customer).view();
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
        if (after.equals(before)) {
            return;
        }
        caller.require(Right.PLANS);
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
