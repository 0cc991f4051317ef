package dev.bailiwick.server.jail.intent;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.server.account.AccountEvent;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.account.RightMissing;
import dev.bailiwick.server.account.customer.Customer;
import dev.bailiwick.server.account.customer.CustomerNotFound;
import dev.bailiwick.server.account.customer.Customers;
import dev.bailiwick.server.audit.Audit;
import dev.bailiwick.server.audit.Subject;
import dev.bailiwick.server.problem.InvalidRequest;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * Suspends customers and lifts suspensions. While a customer is suspended, its hosts receive its jails as wanted stopped. What is
 * wanted of each jail stays stored, and nobody changes it; so those that ran start again when the suspension is lifted.
 *
 * <p>Each change is one transaction, with as many statements for thousands of jails as for one. It locks the customer first, so that the
 * customer gets no jail meanwhile, and then the hosts of its jails, so that no jail is started or changed meanwhile.
 */
@Service
public class CustomerSuspensions {

    private final Customers customers;
    private final HostRevisions revisions;
    private final SuspensionRows rows;
    private final JdbcClient jdbc;
    private final Audit audit;
    private final Clock clock;

    CustomerSuspensions(
            Customers customers,
            HostRevisions revisions,
            SuspensionRows rows,
            JdbcClient jdbc,
            Audit audit,
            Clock clock) {
        this.customers = customers;
        this.revisions = revisions;
        this.rows = rows;
        this.jdbc = jdbc;
        this.audit = audit;
        this.clock = clock;
    }

    /**
     * Suspends the customer: its jails are stopped, and stay visible and kept. A customer that is suspended already gets the new reason.
     *
     * @param reason for staff, 1 to 200 characters
     * @throws CustomerNotFound if there is no such customer
     * @throws RightMissing if the caller may not suspend customers
     * @throws InvalidRequest if the reason is invalid
     */
    @Transactional
    public Customer suspend(Caller caller, CustomerId id, @Nullable String reason) {
        caller.require(Right.SUSPEND);
        Customer before = customers.lock(id);
        Customer suspended = customers.suspend(caller, id, reason);
        if (before.suspendedAt() == null) {
            long jails = apply(id, SuspensionRows.Suspension.SUSPENDED);
            record(caller, id, new AccountEvent.CustomerSuspended(jails));
        }
        return suspended;
    }

    /**
     * Lifts the suspension: the jails that ran before it start again. Does nothing if the customer is not suspended.
     *
     * @throws CustomerNotFound if there is no such customer
     * @throws RightMissing if the caller may not suspend customers
     */
    @Transactional
    public Customer lift(Caller caller, CustomerId id) {
        caller.require(Right.SUSPEND);
        Customer before = customers.lock(id);
        if (before.suspendedAt() == null) {
            return before;
        }
        Customer lifted = customers.liftSuspension(caller, id);
        long jails = apply(id, SuspensionRows.Suspension.LIFTED);
        record(caller, id, new AccountEvent.CustomerUnsuspended(jails));
        return lifted;
    }

    private long apply(CustomerId id, SuspensionRows.Suspension suspension) {
        List<HostId> hosts = jdbc.sql("SELECT DISTINCT host_id FROM jail WHERE customer_id = ? AND retired_at IS NULL")
                .param(id.value())
                .query((row, number) -> new HostId(row.getObject("host_id", UUID.class)))
                .list();
        // To the microsecond, as PostgreSQL stores it.
        return rows.suspend(
                id, suspension, revisions.next(hosts), clock.instant().truncatedTo(ChronoUnit.MICROS));
    }

    private void record(Caller caller, CustomerId id, AccountEvent event) {
        audit.record(caller.actor(), Subject.of("customer", id).visibleTo(id.value()), event);
    }
}
