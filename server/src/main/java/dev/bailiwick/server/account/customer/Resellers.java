package dev.bailiwick.server.account.customer;

import dev.bailiwick.server.account.AccountEvent;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.audit.Audit;
import dev.bailiwick.server.audit.Subject;
import dev.bailiwick.server.problem.InvalidRequest;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Limit;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Resellers and their customers. The owners of a reseller have the rights of an owner for each of its customers. */
@Service
class Resellers {

    private final StoredCustomers stored;
    private final Audit audit;

    Resellers(StoredCustomers stored, Audit audit) {
        this.stored = stored;
        this.audit = audit;
    }

    /**
     * Gives the customer another reseller. Rights that follow from the former one end at once.
     *
     * @param reseller null for none
     * @throws CustomerNotFound if the customer does not exist
     * @throws InvalidRequest if the reseller is no customer, is retired, has a reseller itself, or is the customer itself; or if the
     *     customer has customers
     */
    @Transactional
    public Customer put(Caller caller, CustomerId id, @Nullable CustomerId reseller) {
        caller.require(Right.CUSTOMERS);
        // In the order of their ids, as all customers are locked.
        TreeMap<String, CustomerId> both = new TreeMap<>();
        both.put(id.toString(), id);
        if (reseller != null) {
            both.put(reseller.toString(), reseller);
        }
        both.values().forEach(one -> {
            var _ = stored.lock(one.value());
        });
        StoredCustomer customer = stored.findById(id.value()).orElseThrow(() -> new CustomerNotFound(id));
        if (Objects.equals(customer.view().reseller(), reseller)) {
            return customer.view();
        }
        if (reseller != null) {
            requireReseller(id, reseller);
        }
        customer.resoldBy(reseller);
        audit.record(
                caller.actor(),
                Subject.of("customer", id).visibleTo(id.value()),
                new AccountEvent.ResellerChanged(reseller));
        return stored.saveAndFlush(customer).view();
    }

    private void requireReseller(CustomerId id, CustomerId reseller) {
        Customer found = stored.findById(reseller.value())
                .map(StoredCustomer::view)
                .orElseThrow(() -> new InvalidRequest("/reseller", "is not a customer"));
        if (reseller.equals(id)) {
            throw new InvalidRequest("/reseller", "must be another customer");
        }
        if (found.retiredAt() != null) {
            throw new InvalidRequest("/reseller", "is retired");
        }
        if (found.reseller() != null) {
            throw new InvalidRequest("/reseller", "has a reseller itself");
        }
        if (stored.existsByResellerId(id.value())) {
            throw new InvalidRequest("/reseller", "cannot be given to a customer that has customers itself");
        }
    }

    /** Lists the customers of the reseller by id, which is the order of their creation. */
    @Transactional(readOnly = true)
    public List<Customer> list(Caller caller, CustomerId reseller, Optional<CustomerId> after, int limit) {
        caller.require(Scope.CUSTOMERS_READ);
        List<StoredCustomer> rows = after.isPresent()
                ? stored.findByResellerIdAndIdGreaterThanOrderById(
                        reseller.value(), after.get().value(), Limit.of(limit))
                : stored.findByResellerIdOrderById(reseller.value(), Limit.of(limit));
        return rows.stream().map(StoredCustomer::view).toList();
    }
}
