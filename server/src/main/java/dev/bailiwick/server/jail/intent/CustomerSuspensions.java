package dev.bailiwick.server.jail.intent;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.server.account.AccountEvent;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.account.RightMissing;
import dev.bailiwick.server.account.customer.Customer;
import dev.bailiwick.server.account.customer.CustomerNotFound;
import dev.bailiwick.server.account.customer.CustomerSuspended;
import dev.bailiwick.server.account.customer.Customers;
import dev.bailiwick.server.account.customer.Resellers;
import dev.bailiwick.server.account.customer.SuspensionRecords;
import dev.bailiwick.server.audit.Audit;
import dev.bailiwick.server.audit.Subject;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.InvalidRequest;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * Suspends customers and lifts suspensions. While a customer or its reseller is suspended, its hosts receive its jails as wanted stopped.
 * What is wanted of each jail stays stored, and nobody changes it; so those that ran start again once neither is suspended.
 *
 * <p>Each change is one transaction, with as many statements for thousands of jails as for one. It locks the customer first, then the
 * customers of which it is the reseller, so that none of them gets a jail meanwhile, and then the hosts of their jails, so that no jail is
 * started or changed meanwhile.
 */
@Service
public class CustomerSuspensions {

    private final Customers customers;
    private final SuspensionRecords records;
    private final Resellers resellers;
    private final HostRevisions revisions;
    private final SuspensionRows rows;
    private final JdbcClient jdbc;
    private final Audit audit;
    private final Clock clock;

    CustomerSuspensions(
            Customers customers,
            SuspensionRecords records,
            Resellers resellers,
            HostRevisions revisions,
            SuspensionRows rows,
            JdbcClient jdbc,
            Audit audit,
            Clock clock) {
        this.customers = customers;
        this.records = records;
        this.resellers = resellers;
        this.revisions = revisions;
        this.rows = rows;
        this.jdbc = jdbc;
        this.audit = audit;
        this.clock = clock;
    }

    /**
     * Suspends the customer: its jails and those of its customers are stopped, and stay visible and kept. A customer that is suspended
     * already gets the new reason.
     *
     * @param reason for those who may suspend the customer, 1 to 200 characters
     * @throws CustomerNotFound if there is no such customer that the caller may see
     * @throws RightMissing if the caller may not suspend the customer
     * @throws CustomerSuspended if the caller owns its reseller, and staff suspended it
     * @throws InvalidRequest if the reason is invalid
     */
    @Transactional
    public Customer suspend(Caller caller, CustomerId id, @Nullable String reason) {
        customers.requireVisible(caller, id);
        caller.require(Right.SUSPEND, id);
        Customer before = customers.lock(id);
        Customer suspended = records.suspend(caller, id, reason);
        if (before.suspendedAt() == null) {
            apply(caller, with(id, resellers.suspendCustomers(id)), SuspensionRows.Suspension.SUSPENDED);
        }
        return suspended;
    }

    /**
     * Lifts the suspension: the jails that ran before it start again, unless their customer or its reseller is still suspended. Does
     * nothing if the customer is not suspended itself.
     *
     * @throws CustomerNotFound if there is no such customer that the caller may see
     * @throws RightMissing if the caller may not suspend the customer
     * @throws CustomerSuspended if the caller owns its reseller, and staff suspended it
     */
    @Transactional
    public Customer lift(Caller caller, CustomerId id) {
        customers.requireVisible(caller, id);
        caller.require(Right.SUSPEND, id);
        Customer before = customers.lock(id);
        if (before.suspendedAt() == null) {
            return before;
        }
        Customer lifted = records.lift(caller, id);
        if (!lifted.isSuspended()) {
            apply(caller, with(id, resellers.liftSuspensionOfCustomers(id)), SuspensionRows.Suspension.LIFTED);
        } else {
            record(caller, id, new AccountEvent.CustomerUnsuspended(0));
        }
        return lifted;
    }

    /**
     * Gives the customer another reseller. Its jails are stopped if that is suspended, and start again if the former one was.
     *
     * @param reseller null for none
     * @throws Failure as {@link Resellers#put} does
     */
    @Transactional
    public Customer giveReseller(Caller caller, CustomerId id, @Nullable CustomerId reseller) {
        Resellers.Given given = resellers.put(caller, id, reseller);
        if (given.before().isSuspended() != given.after().isSuspended()) {
            apply(
                    caller,
                    List.of(id),
                    given.after().isSuspended()
                            ? SuspensionRows.Suspension.SUSPENDED
                            : SuspensionRows.Suspension.LIFTED);
        }
        return given.after();
    }

    private static List<CustomerId> with(CustomerId id, List<CustomerId> others) {
        return Stream.concat(Stream.of(id), others.stream()).toList();
    }

    /** Stops the jails of the customers, which are locked, or starts those again that it stopped. */
    private void apply(Caller caller, List<CustomerId> ids, SuspensionRows.Suspension suspension) {
        List<HostId> hosts = jdbc.sql(
                        "SELECT DISTINCT host_id FROM jail WHERE customer_id = ANY (:ids::uuid[]) AND retired_at IS NULL")
                .param("ids", ids.stream().map(CustomerId::toString).toArray(String[]::new))
                .query((row, number) -> new HostId(row.getObject("host_id", UUID.class)))
                .list();
        // To the microsecond, as PostgreSQL stores it.
        Map<CustomerId, Long> jails = rows.suspend(
                ids, suspension, revisions.next(hosts), clock.instant().truncatedTo(ChronoUnit.MICROS));
        for (CustomerId id : ids) {
            long changed = jails.getOrDefault(id, 0L);
            record(
                    caller,
                    id,
                    switch (suspension) {
                        case SUSPENDED -> new AccountEvent.CustomerSuspended(changed);
                        case LIFTED -> new AccountEvent.CustomerUnsuspended(changed);
                    });
        }
    }

    private void record(Caller caller, CustomerId id, AccountEvent event) {
        audit.record(caller.actor(), Subject.of("customer", id).visibleTo(id.value()), event);
    }
}
