package dev.bailiwick.server.account.customer;

import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.account.AccountEvent;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.audit.Audit;
import dev.bailiwick.server.audit.Subject;
import dev.bailiwick.server.problem.InvalidRequest;
import dev.bailiwick.server.request.FreeText;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Limit;
import org.springframework.modulith.NamedInterface;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** The customers of this installation. */
@NamedInterface("customer")
@Service
public class Customers {

    /** The maximum length of a name and of an external id, in characters. */
    private static final int MAX_LENGTH = 200;

    private final StoredCustomers stored;
    private final Audit audit;
    private final Clock clock;

    Customers(StoredCustomers stored, Audit audit, Clock clock) {
        this.stored = stored;
        this.audit = audit;
        this.clock = clock;
    }

    /**
     * Creates a customer.
     *
     * @param name 1 to 200 characters; need not be unique
     * @param externalId the customer's number elsewhere, 1 to 200 characters; unique
     */
    @Transactional
    public Customer create(Caller caller, @Nullable String name, @Nullable String externalId) {
        caller.require(Right.CUSTOMERS);
        List<Violation> violations = new ArrayList<>();
        FreeText.check("/name", name, MAX_LENGTH, violations);
        if (externalId != null) {
            FreeText.check("/externalId", externalId, MAX_LENGTH, violations);
        }
        if (name == null || !violations.isEmpty()) {
            throw new InvalidRequest(violations);
        }
        if (externalId != null && stored.existsByExternalId(externalId)) {
            throw new ExternalIdTaken(externalId);
        }
        Customer customer = stored.saveAndFlush(
                        new StoredCustomer(CustomerId.fresh(), name, externalId, clock.instant()))
                .view();
        audit.record(
                caller.actor(),
                Subject.of("customer", customer.id()).visibleTo(customer.id().value()),
                new AccountEvent.CustomerCreated(name));
        return customer;
    }

    /**
     * Returns the customer.
     *
     * @throws CustomerNotFound if the customer does not exist or the caller may not see it
     */
    @Transactional(readOnly = true)
    public Customer get(Caller caller, CustomerId id) {
        caller.require(Scope.CUSTOMERS_READ);
        return visible(caller, id);
    }

    /**
     * Returns the customer's name; needs no scope.
     *
     * @throws CustomerNotFound if the customer does not exist or the caller may not see it
     */
    @Transactional(readOnly = true)
    public String nameOf(Caller caller, CustomerId id) {
        return visible(caller, id).name();
    }

    private Customer visible(Caller caller, CustomerId id) {
        return stored.findById(id.value())
                .map(StoredCustomer::view)
                .filter(customer -> caller.sees(id) || caller.access().members().contains(id))
                .orElseThrow(() -> new CustomerNotFound(id));
    }

    /** Returns the customer, whoever asks. */
    @Transactional(readOnly = true)
    public Optional<Customer> find(CustomerId id) {
        return stored.findById(id.value()).map(StoredCustomer::view);
    }

    /** Locks the customer until the end of the transaction: what it owns, and who belongs to it, changes one after another. */
    public void lock(CustomerId id) {
        if (stored.lock(id.value()).isEmpty()) {
            throw new CustomerNotFound(id);
        }
    }

    /**
     * Returns the customer for which something is to be created.
     *
     * @throws CustomerNotFound if the customer does not exist or the caller may not see it
     * @throws CustomerRetired if the customer is retired
     */
    @Transactional(readOnly = true)
    public Customer active(Caller caller, CustomerId id) {
        Customer customer = visible(caller, id);
        if (customer.retiredAt() != null) {
            throw new CustomerRetired(id);
        }
        return customer;
    }

    /** Lists customers by id, which is the order of their creation. */
    @Transactional(readOnly = true)
    public List<Customer> list(Caller caller, Optional<CustomerId> after, int limit) {
        return list(caller, Optional.empty(), after, limit);
    }

    /**
     * Lists customers by id, which is the order of their creation.
     *
     * @param externalId the whole external id; empty for all customers
     * @throws InvalidRequest if no customer can have the external id
     */
    @Transactional(readOnly = true)
    public List<Customer> list(Caller caller, Optional<String> externalId, Optional<CustomerId> after, int limit) {
        caller.require(Scope.CUSTOMERS_READ);
        if (externalId.isPresent()) {
            return list(externalId.get(), after);
        }
        List<StoredCustomer> rows = after.isPresent()
                ? stored.findByIdGreaterThanOrderById(after.get().value(), Limit.of(limit))
                : stored.findAllByOrderById(Limit.of(limit));
        return rows.stream().map(StoredCustomer::view).toList();
    }

    private List<Customer> list(String externalId, Optional<CustomerId> after) {
        List<Violation> violations = new ArrayList<>();
        FreeText.check("/externalId", externalId, MAX_LENGTH, violations);
        if (!violations.isEmpty()) {
            throw new InvalidRequest(violations);
        }
        return stored
                .findByExternalId(externalId)
                .map(StoredCustomer::view)
                // In the order of the database, which compares the text of ids.
                .filter(customer -> after.isEmpty()
                        || customer.id().toString().compareTo(after.get().toString()) > 0)
                .stream()
                .toList();
    }
}
