package dev.bailiwick.server.jail.intent;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.customer.CustomerSuspended;
import dev.bailiwick.server.account.quota.Quota;
import dev.bailiwick.server.problem.InvalidRequest;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Locks customers until the end of the transaction that gives them more: against a suspension, a retirement and another quota. They
 * are locked before the rows of hosts. A colleague of a customer can lock it, too, although only others can change it.
 *
 * <p>Transactions that add to what a customer with a quota has come one after another. Those of a customer without one share the lock.
 */
@Component
class CustomerLocks {

    private static final String COLUMNS = """
            SELECT id, max_jails, max_memory_bytes, max_cpu_millis, max_addresses, max_disk_bytes,
                suspended_at IS NOT NULL AS suspended, retired_at IS NOT NULL AS retired
            FROM customer WHERE id = ANY (:ids::uuid[])
            """;

    private static final String BOUNDED =
            "num_nonnulls(max_jails, max_memory_bytes, max_cpu_millis, max_addresses, max_disk_bytes) > 0";

    /** Leaves out a customer that gets its first quota, or loses its last, while this waits for its lock. */
    private static final String LOCK = "WITH bounded AS (" + COLUMNS + " AND " + BOUNDED
            + " ORDER BY id FOR NO KEY UPDATE), free AS (" + COLUMNS + " AND NOT " + BOUNDED
            + " ORDER BY id FOR SHARE) SELECT * FROM bounded UNION ALL SELECT * FROM free";

    private final JdbcClient jdbc;

    CustomerLocks(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** A locked customer. */
    record LockedCustomer(Quota quota, boolean suspended, boolean retired) {}

    /** Locks those of these customers that exist, and returns them. */
    Map<CustomerId, LockedCustomer> lock(Collection<CustomerId> customers) {
        Map<CustomerId, LockedCustomer> locked = new HashMap<>();
        read(LOCK, customers, locked);
        List<CustomerId> others =
                customers.stream().filter(id -> !locked.containsKey(id)).toList();
        if (!others.isEmpty()) {
            read(COLUMNS + " ORDER BY id FOR NO KEY UPDATE", others, locked);
        }
        return locked;
    }

    /** Locks the customer, and returns its quota. */
    Quota lock(CustomerId customer) {
        LockedCustomer locked = lock(List.of(customer)).get(customer);
        return locked == null ? Quota.NONE : locked.quota();
    }

    /**
     * Locks the customer who is to get a jail, and returns its quota.
     *
     * @throws InvalidRequest if there is no such customer, or it is retired
     * @throws CustomerSuspended if it is suspended
     */
    Quota lockFor(CustomerId customer) {
        LockedCustomer locked = lock(List.of(customer)).get(customer);
        if (locked == null || locked.retired()) {
            throw new InvalidRequest("/customer", "is not a customer");
        }
        if (locked.suspended()) {
            throw new CustomerSuspended(customer);
        }
        return locked.quota();
    }

    /**
     * Locks the customer if no other transaction has it locked, and returns its quota. For a transaction that has locked a host already:
     * it must not wait for a customer.
     *
     * @throws InvalidRequest if somebody changes the customer at this moment
     */
    Quota tryLock(CustomerId customer) {
        Map<CustomerId, LockedCustomer> locked = new HashMap<>();
        read(
                LOCK.replace("FOR NO KEY UPDATE", "FOR NO KEY UPDATE SKIP LOCKED")
                        .replace("FOR SHARE", "FOR SHARE SKIP LOCKED"),
                List.of(customer),
                locked);
        LockedCustomer found = locked.get(customer);
        if (found != null) {
            return found.quota();
        }
        boolean exists = jdbc.sql("SELECT EXISTS (SELECT FROM customer WHERE id = ?)")
                .param(customer.value())
                .query(Boolean.class)
                .single();
        if (exists) {
            throw new InvalidRequest("/customer", "is being changed: try again");
        }
        return Quota.NONE;
    }

    /** Returns whose the jail is. That lasts if the row of its host is locked. */
    Optional<CustomerId> ownerOf(JailId jail) {
        return jdbc.sql("SELECT customer_id FROM jail WHERE id = ?")
                .param(jail.value())
                .query((row, number) -> new CustomerId(row.getObject("customer_id", UUID.class)))
                .optional();
    }

    private void read(String statement, Collection<CustomerId> customers, Map<CustomerId, LockedCustomer> locked) {
        jdbc.sql(statement)
                .param("ids", customers.stream().map(CustomerId::toString).toArray(String[]::new))
                .query(row -> {
                    locked.put(new CustomerId(row.getObject("id", UUID.class)), customer(row));
                });
    }

    private static LockedCustomer customer(ResultSet row) throws SQLException {
        return new LockedCustomer(
                new Quota(
                        row.getObject("max_jails", Long.class),
                        row.getObject("max_memory_bytes", Long.class),
                        row.getObject("max_cpu_millis", Long.class),
                        row.getObject("max_addresses", Long.class),
                        row.getObject("max_disk_bytes", Long.class)),
                row.getBoolean("suspended"),
                row.getBoolean("retired"));
    }
}
