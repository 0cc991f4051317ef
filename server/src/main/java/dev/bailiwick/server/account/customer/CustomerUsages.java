package dev.bailiwick.server.account.customer;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.account.RightMissing;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.account.quota.Usages;
import dev.bailiwick.server.database.RowAccess;
import org.jspecify.annotations.Nullable;
import org.springframework.modulith.NamedInterface;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** What customers have of their quotas, for staff and for their owners. */
@NamedInterface("customer")
@Service
public class CustomerUsages {

    private final Customers customers;
    private final StoredCustomers stored;
    private final Usages usages;

    CustomerUsages(Customers customers, StoredCustomers stored, Usages usages) {
        this.customers = customers;
        this.stored = stored;
        this.usages = usages;
    }

    /**
     * Returns what the jails of the customer have, with those of its customers.
     *
     * @throws CustomerNotFound if the customer does not exist or the caller does not belong to it
     * @throws RightMissing if the caller may not see all jails of the customer
     */
    @Transactional(readOnly = true)
    public CustomerUsage get(Caller caller, CustomerId id) {
        caller.require(Scope.USAGE_READ);
        Customer customer = customers.visible(caller, id);
        caller.require(Right.SEE, id);
        // The people of a customer see no more of its reseller than the name.
        @Nullable
        String reseller = customer.reseller() == null
                ? null
                : RowAccess.everything()
                        .call(() -> stored.nameOfReseller(id.value()))
                        .orElse(null);
        return new CustomerUsage(customer.quota(), usages.of(id), reseller);
    }
}
