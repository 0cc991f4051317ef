package dev.bailiwick.server.account.customer;

import dev.bailiwick.jail.Labels;
import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.account.AccountEvent;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.account.RightMissing;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.account.quota.QuotaExceeded;
import dev.bailiwick.server.account.quota.Usages;
import dev.bailiwick.server.audit.Audit;
import dev.bailiwick.server.audit.Subject;
import dev.bailiwick.server.bounds.Bound;
import dev.bailiwick.server.problem.InvalidRequest;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Limit;
import org.springframework.modulith.NamedInterface;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** Resellers and their customers. The owners of a reseller have the rights of an owner for each of its customers. */
@NamedInterface("customer")
@Service
public class Resellers {

    private final StoredCustomers stored;
    private final Customers customers;
    private final Usages usages;
    private final Audit audit;

    Resellers(StoredCustomers stored, Customers customers, Usages usages, Audit audit) {
        this.customers = customers;
        this.stored = stored;
        this.usages = usages;
        this.audit = audit;
    }

    /**
     * Creates a customer of the reseller, for staff and for the owners of the reseller. Staff gives a reseller its first customer.
     *
     * @throws RightMissing if the caller is neither
     * @throws InvalidRequest if the customer cannot have this reseller; or if an owner of the reseller says what only staff says, or gives a
     *     quota beyond its own
     * @throws CustomerSuspended if the reseller is suspended, and the caller owns it
     * @throws TooManyCustomers if the reseller has as many customers as its owners may create
     * @throws ExternalIdTaken if another customer has this external id
     */
    @Transactional
    public Customer create(Caller caller, CustomerId reseller, CustomerFields fields) {
        boolean staff = caller.access().has(Right.CUSTOMERS);
        if (staff || !caller.access().owns(reseller)) {
            caller.require(Right.CUSTOMERS);
            CustomerQuotas.require(caller, fields.quota());
        }
        caller.require(Scope.CUSTOMERS_WRITE);
        Customer found = stored.lock(reseller.value())
                .map(StoredCustomer::view)
                .orElseThrow(() -> new InvalidRequest("/reseller", "is not a customer"));
        requireReseller(found);
        if (!staff) {
            requireOwnerCreates(caller, found, fields);
        }
        return customers.insert(caller, fields, found).seenBy(caller);
    }

    private void requireOwnerCreates(Caller caller, Customer reseller, CustomerFields fields) {
        long has = stored.countByResellerId(reseller.id().value());
        if (has == 0
                || stored.lockOwner(reseller.id().value(), caller.user().value())
                        .isEmpty()) {
            throw new RightMissing(Right.CUSTOMERS);
        }
        if (reseller.isSuspended()) {
            throw new CustomerSuspended(reseller.id());
        }
        if (has >= Bound.CUSTOMERS_OF_A_RESELLER.value()) {
            throw new TooManyCustomers();
        }
        List<Violation> violations = CustomerQuotas.beyond(reseller.quota(), fields.quota());
        if (fields.externalId() != null) {
            violations.add(new Violation("/externalId", "must be left out: it is for staff"));
        }
        if (!fields.labels().equals(Labels.NONE)) {
            violations.add(new Violation("/labels", "must be left out: they are for staff"));
        }
        if (!violations.isEmpty()) {
            throw new InvalidRequest(violations);
        }
    }

    /** A customer before and after it was given another reseller. */
    public record Given(Customer before, Customer after) {}

    /**
     * Gives the customer another reseller, and locks both until the end of the transaction. Rights that follow from the former one end at once, and what the customer's jails have counts
     * for the new one.
     *
     * @param reseller null for none
     * @throws CustomerNotFound if the customer does not exist
     * @throws InvalidRequest if the reseller is no customer, is retired, has a reseller itself, or is the customer itself; or if the
     *     customer has customers
     * @throws QuotaExceeded if the quota of the reseller does not leave what the jails of the customer have
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public Given put(Caller caller, CustomerId id, @Nullable CustomerId reseller) {
        caller.require(Right.CUSTOMERS);
        Optional<CustomerId> former = stored.resellerOf(id.value()).map(CustomerId::parse);
        Set<UUID> all = new HashSet<>(Set.of(id.value()));
        former.ifPresent(one -> all.add(one.value()));
        if (reseller != null) {
            all.add(reseller.value());
        }
        var _ = stored.lockInOrder(all);
        StoredCustomer customer = stored.findById(id.value()).orElseThrow(() -> new CustomerNotFound(id));
        if (!former.equals(Optional.ofNullable(customer.view().reseller()))) {
            throw new InvalidRequest("/reseller", "is being changed: try again");
        }
        Customer before = customer.view();
        if (Objects.equals(before.reseller(), reseller)) {
            return new Given(before, before);
        }
        if (reseller == null) {
            customer.resoldByNobody();
        } else {
            customer.resoldBy(requireReseller(id, reseller));
        }
        audit.record(
                caller.actor(),
                Subject.of("customer", id).visibleTo(id.value()),
                new AccountEvent.ResellerChanged(reseller));
        return new Given(before, stored.saveAndFlush(customer).view());
    }

    private Customer requireReseller(CustomerId id, CustomerId reseller) {
        Customer found = stored.findById(reseller.value())
                .map(StoredCustomer::view)
                .orElseThrow(() -> new InvalidRequest("/reseller", "is not a customer"));
        if (reseller.equals(id)) {
            throw new InvalidRequest("/reseller", "must be another customer");
        }
        requireReseller(found);
        if (stored.existsByResellerId(id.value())) {
            throw new InvalidRequest("/reseller", "cannot be given to a customer that has customers itself");
        }
        if (found.quota().bounds()) {
            found.quota().exceeded(usages.of(reseller), usages.of(id)).ifPresent(exceeded -> {
                throw exceeded;
            });
        }
        return found;
    }

    /** Returns the resellers that the caller owns, with their names. */
    @Transactional(readOnly = true)
    public Map<CustomerId, String> ownedBy(Caller caller) {
        Map<CustomerId, String> own = new HashMap<>();
        for (CustomerId id : caller.access().members()) {
            if (caller.access().owns(id) && stored.existsByResellerId(id.value())) {
                stored.findById(id.value())
                        .ifPresent(found -> own.put(id, found.view().name()));
            }
        }
        return own;
    }

    private static void requireReseller(Customer reseller) {
        if (reseller.retiredAt() != null) {
            throw new InvalidRequest("/reseller", "is retired");
        }
        if (reseller.reseller() != null) {
            throw new InvalidRequest("/reseller", "has a reseller itself");
        }
    }

    /** Whether the user owns the reseller of the customer. That lasts until the end of the transaction. */
    public boolean lockOwner(CustomerId customer, UserId user) {
        return stored.lockOwnerOfReseller(customer.value(), user.value()).isPresent();
    }

    /**
     * Notes that the reseller is suspended, and locks its customers until the end of the transaction. The reseller is locked.
     *
     * @return those of its customers that are not suspended themselves: their jails follow the suspension of the reseller
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public List<CustomerId> suspendCustomers(CustomerId reseller) {
        return note(reseller, true);
    }

    /** As {@link #suspendCustomers}, for a reseller that is suspended no more. */
    @Transactional(propagation = Propagation.MANDATORY)
    public List<CustomerId> liftSuspensionOfCustomers(CustomerId reseller) {
        return note(reseller, false);
    }

    private List<CustomerId> note(CustomerId reseller, boolean suspended) {
        List<UUID> customers = stored.lockCustomersOf(reseller.value()).stream()
                .map(UUID::fromString)
                .toList();
        return customers.isEmpty()
                ? List.of()
                : stored.noteSuspensionOfReseller(customers, suspended).stream()
                        .map(CustomerId::parse)
                        .toList();
    }

    /**
     * Lists the customers of the reseller by id, which is the order of their creation.
     *
     * @throws RightMissing if the caller neither sees the installation nor owns the reseller
     */
    @Transactional(readOnly = true)
    public List<Customer> list(Caller caller, CustomerId reseller, Optional<CustomerId> after, int limit) {
        caller.require(Scope.CUSTOMERS_READ);
        if (!caller.access().owns(reseller)) {
            caller.require(Right.SEE_INSTALLATION);
        }
        List<StoredCustomer> rows = after.isPresent()
                ? stored.findByResellerIdAndIdGreaterThanOrderById(
                        reseller.value(), after.get().value(), Limit.of(limit))
                : stored.findByResellerIdOrderById(reseller.value(), Limit.of(limit));
        return rows.stream().map(row -> row.view().seenBy(caller)).toList();
    }
}
