package dev.bailiwick.server.account.customer;

import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.account.AccountEvent;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.account.RightMissing;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.account.quota.Quota;
import dev.bailiwick.server.account.quota.QuotaBelowUse;
import dev.bailiwick.server.audit.Audit;
import dev.bailiwick.server.audit.Subject;
import dev.bailiwick.server.problem.InvalidRequest;
import dev.bailiwick.server.request.FreeText;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.data.domain.Limit;
import org.springframework.modulith.NamedInterface;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** The customers of this installation. */
@NamedInterface("customer")
@Service
public class Customers {

    private static final Duration MAX_GRACE = Duration.ofDays(365);

    private final StoredCustomers stored;
    private final CustomerQuotas quotas;
    private final Audit audit;
    private final Clock clock;

    Customers(StoredCustomers stored, CustomerQuotas quotas, Audit audit, Clock clock) {
        this.stored = stored;
        this.quotas = quotas;
        this.audit = audit;
        this.clock = clock;
    }

    /** Creates a customer. */
    @Transactional
    public Customer create(Caller caller, @Nullable String name, @Nullable String externalId) {
        return create(caller, CustomerFields.of(name, externalId, null, null, Quota.NONE));
    }

    /**
     * Creates a customer.
     *
     * @throws ExternalIdTaken if another customer has this external id
     */
    @Transactional
    public Customer create(Caller caller, CustomerFields fields) {
        caller.require(Right.CUSTOMERS);
        CustomerQuotas.require(caller, fields.quota());
        return insert(caller, fields, null);
    }

    /** @param reseller null for none; its row is locked */
    Customer insert(Caller caller, CustomerFields fields, @Nullable Customer reseller) {
        refuseTaken(fields.externalId());
        StoredCustomer created = new StoredCustomer(CustomerId.fresh(), fields, clock.instant());
        if (reseller != null) {
            created.resoldBy(reseller);
        }
        Customer customer = save(created);
        audit.record(caller.actor(), subject(customer.id()), new AccountEvent.CustomerCreated(fields.name()));
        if (reseller != null) {
            audit.record(caller.actor(), subject(customer.id()), new AccountEvent.ResellerChanged(reseller.id()));
        }
        return customer;
    }

    /**
     * Changes what staff says of a customer.
     *
     * @param change returns the new fields
     * @throws CustomerNotFound if the customer does not exist
     * @throws ExternalIdTaken if another customer has this external id
     * @throws QuotaBelowUse if the jails of the customer have more than the new quota
     */
    @Transactional
    public Customer change(Caller caller, CustomerId id, UnaryOperator<CustomerFields> change) {
        caller.require(Right.CUSTOMERS);
        StoredCustomer customer = locked(id);
        CustomerFields before = customer.fields();
        CustomerFields after = change.apply(before);
        if (after.equals(before)) {
            return customer.view();
        }
        if (!Objects.equals(after.externalId(), before.externalId())) {
            refuseTaken(after.externalId());
        }
        quotas.change(caller, id, before.quota(), after.quota());
        customer.change(after);
        audit.record(caller.actor(), subject(id), new AccountEvent.CustomerChanged(after.name()));
        return save(customer);
    }

    private Customer save(StoredCustomer customer) {
        try {
            return stored.saveAndFlush(customer).view();
        } catch (DataIntegrityViolationException e) {
            @Nullable String externalId = customer.view().externalId();
            if (externalId == null) {
                throw e;
            }
            // Another customer got it at the same time.
            throw new ExternalIdTaken(externalId);
        }
    }

    private void refuseTaken(@Nullable String externalId) {
        if (externalId != null && stored.existsByExternalId(externalId)) {
            throw new ExternalIdTaken(externalId);
        }
    }

    private static Subject subject(CustomerId id) {
        return Subject.of("customer", id).visibleTo(id.value());
    }

    /** Returns the failure of a change for a suspended customer; staff sees the reason. */
    @Transactional(readOnly = true)
    public CustomerSuspended suspended(Caller caller, CustomerId id) {
        return find(id).map(customer -> CustomerSuspended.asSeenBy(caller, customer))
                .orElseGet(() -> new CustomerSuspended(id));
    }

    /**
     * Retires a customer without jails: nothing is created for it any more. Does nothing if it is retired already.
     *
     * @param grace for how long that can be undone, 0 to 365 days
     * @throws CustomerNotFound if the customer does not exist
     * @throws CustomerInUse if it has jails, or files that its removed jails left
     */
    @Transactional
    public Customer retire(Caller caller, CustomerId id, Duration grace) {
        caller.require(Right.CUSTOMERS);
        if (grace.isNegative() || grace.compareTo(MAX_GRACE) > 0) {
            throw new InvalidRequest("/grace", "must be 0 to " + MAX_GRACE.toDays() + " days");
        }
        StoredCustomer customer = locked(id);
        if (customer.retired()) {
            return customer.view();
        }
        long jails = stored.countJails(id.value());
        long files = stored.countKeptFiles(id.value());
        if (jails + files > 0) {
            throw new CustomerInUse(id, jails, files);
        }
        Instant now = clock.instant();
        customer.retire(now, now.plus(grace));
        audit.record(
                caller.actor(),
                subject(id),
                new AccountEvent.CustomerRetired(customer.view().name()));
        return stored.saveAndFlush(customer).view();
    }

    /**
     * Undoes a retirement. Does nothing if the customer is not retired.
     *
     * @throws CustomerNotFound if the customer does not exist
     * @throws CustomerRetired if the retirement is final
     */
    @Transactional
    public Customer restore(Caller caller, CustomerId id) {
        caller.require(Right.CUSTOMERS);
        StoredCustomer customer = locked(id);
        Instant end = customer.view().retirementFinalAt();
        if (end == null) {
            return customer.view();
        }
        if (!clock.instant().isBefore(end)) {
            throw new CustomerRetired(id);
        }
        customer.restore();
        audit.record(
                caller.actor(),
                subject(id),
                new AccountEvent.CustomerRestored(customer.view().name()));
        return stored.saveAndFlush(customer).view();
    }

    /**
     * Returns the customer, for staff and for the owners of its reseller.
     *
     * @throws CustomerNotFound if the customer does not exist
     * @throws RightMissing if the caller is neither
     */
    @Transactional(readOnly = true)
    public Customer get(Caller caller, CustomerId id) {
        caller.require(Scope.CUSTOMERS_READ);
        if (!caller.may(Right.RESELL, id)) {
            caller.require(Right.SEE_INSTALLATION);
        }
        return visible(caller, id).seenBy(caller);
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

    Customer visible(Caller caller, CustomerId id) {
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

    /** @throws CustomerNotFound if the customer does not exist or the caller may not see it */
    @Transactional(readOnly = true)
    public void requireVisible(Caller caller, CustomerId id) {
        boolean visible = caller.sees(id) || caller.access().members().contains(id);
        if (!visible || !stored.existsById(id.value())) {
            throw new CustomerNotFound(id);
        }
    }

    /** Locks the customer until the end of the transaction: what it owns, and who belongs to it, changes one after another. */
    public Customer lock(CustomerId id) {
        return locked(id).view();
    }

    private StoredCustomer locked(CustomerId id) {
        return stored.lock(id.value()).orElseThrow(() -> new CustomerNotFound(id));
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

    /**
     * Lists customers by id, which is the order of their creation.
     *
     * @param externalId the whole external id; empty for all customers
     * @throws InvalidRequest if no customer can have the external id
     */
    @Transactional(readOnly = true)
    public List<Customer> list(Caller caller, Optional<String> externalId, Optional<CustomerId> after, int limit) {
        caller.require(Scope.CUSTOMERS_READ);
        caller.require(Right.SEE_INSTALLATION);
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
        FreeText.check("/externalId", externalId, CustomerFields.MAX_LENGTH, violations);
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
