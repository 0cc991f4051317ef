package dev.bailiwick.server.account.customer;

import dev.bailiwick.server.account.AccountEvent;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.quota.Quota;
import dev.bailiwick.server.account.quota.QuotaBelowUse;
import dev.bailiwick.server.account.quota.Usages;
import dev.bailiwick.server.audit.Audit;
import dev.bailiwick.server.audit.Subject;
import org.springframework.stereotype.Component;

/** Changes of the quotas of customers. */
@Component
class CustomerQuotas {

    private final Usages usages;
    private final Audit audit;

    CustomerQuotas(Usages usages, Audit audit) {
        this.usages = usages;
        this.audit = audit;
    }

    /**
     * Checks and records a change, within the transaction that makes it. The row of the customer is locked, so nothing is added to what its
     * jails have until the quota holds.
     *
     * @throws QuotaBelowUse if a bound is lowered below what the jails have
     */
    void change(Caller caller, CustomerId id, Quota before, Quota after) {
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
