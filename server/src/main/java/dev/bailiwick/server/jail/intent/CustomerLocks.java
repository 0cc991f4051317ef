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
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Locks customers until the end of the transaction that gives them more: against a suspension, a retirement, another quota and another
 * reseller. Customers without a reseller, who may be resellers, are locked before those that have one, and all before the rows of hosts.
 * A colleague of a customer can lock it, too, although only others can change it.
 *
 * <p>A customer is locked with its reseller, whose quota bounds what all its customers have, if the access of the transaction shows the
 * reseller. It does not to the people of the customer, who give it nothing more.
 *
 * <p>Transactions that add to what a customer with a quota has come one after another. Those of a customer without one share the lock.
 */
@Component
class CustomerLocks {

    private static final String COLUMNS = """
            SELECT id, reseller_id, max_jails, max_memory_bytes, max_cpu_millis, max_addresses, max_disk_bytes,
                suspended_at IS NOT NULL OR reseller_suspended AS suspended, retired_at IS NOT NULL AS retired
            FROM customer WHERE\s""";

    private static final String CUSTOMERS = COLUMNS + "id = ANY (:ids::uuid[])";

    private static final String FIRST = COLUMNS + """
            reseller_id IS NULL AND id = ANY (:ids::uuid[] || ARRAY(
                SELECT c.reseller_id FROM customer c WHERE c.id = ANY (:ids::uuid[]) AND c.reseller_id IS NOT NULL))""";

    private static final String THEN = CUSTOMERS + " AND reseller_id IS NOT NULL";

    private static final String BOUNDED =
            "num_nonnulls(max_jails, max_memory_bytes, max_cpu_millis, max_addresses, max_disk_bytes) > 0";

    /**
     * Leaves out a customer that gets its first quota, or loses its last, while this waits for its lock; and one that gets its first
     * reseller, or loses it.
     */
    private static final String LOCK = Stream.of(
                    "WITH first_bounded AS (" + bounded(FIRST),
                    "first_free AS (" + free(FIRST),
                    "then_bounded AS (" + bounded(THEN),
                    "then_free AS (" + free(THEN))
            .collect(Collectors.joining("), ", "", """
                    ) SELECT * FROM first_bounded UNION ALL SELECT * FROM first_free
                    UNION ALL SELECT * FROM then_bounded UNION ALL SELECT * FROM then_free"""));

    private final JdbcClient jdbc;

    CustomerLocks(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    private static String bounded(String customers) {
        return customers + " AND " + BOUNDED + " ORDER BY id FOR NO KEY UPDATE";
    }

    private static String free(String customers) {
        return customers + " AND NOT " + BOUNDED + " ORDER BY id FOR SHARE";
    }

    /** What the jails of a customer and of its customers may have together. */
    record Bound(CustomerId customer, Quota quota) {}

    /**
     * A locked customer.
     *
     * @param reseller null if it has none
     * @param ofReseller the quota of the reseller; null if that is not locked
     */
    record LockedCustomer(
            CustomerId id,
            Quota quota,
            @Nullable CustomerId reseller,
            @Nullable Quota ofReseller,
            boolean suspended,
            boolean retired) {

        /**
         * Returns the bounds of what its jails have: its own, and that of its reseller.
         *
         * @throws InvalidRequest if it got another reseller while its lock was waited for
         */
        List<Bound> bounds() {
            Bound own = new Bound(id, quota);
            if (reseller == null) {
                return List.of(own);
            }
            if (ofReseller == null) {
                throw isChanging();
            }
            return List.of(own, new Bound(reseller, ofReseller));
        }
    }

    /** Locks those of these customers that exist, with their resellers, and returns them. */
    Map<CustomerId, LockedCustomer> lock(Collection<CustomerId> customers) {
        Map<CustomerId, LockedCustomer> locked = new HashMap<>();
        read(LOCK, customers, locked);
        List<CustomerId> others =
                customers.stream().filter(id -> !locked.containsKey(id)).toList();
        if (!others.isEmpty()) {
            read(CUSTOMERS + " ORDER BY id FOR NO KEY UPDATE", others, locked);
        }
        Map<CustomerId, LockedCustomer> result = new HashMap<>();
        for (CustomerId id : customers) {
            Optional.ofNullable(locked.get(id)).ifPresent(one -> result.put(id, withReseller(one, locked)));
        }
        return result;
    }

    private static LockedCustomer withReseller(LockedCustomer one, Map<CustomerId, LockedCustomer> locked) {
        LockedCustomer reseller = one.reseller() == null ? null : locked.get(one.reseller());
        return new LockedCustomer(
                one.id(),
                one.quota(),
                one.reseller(),
                reseller == null ? null : reseller.quota(),
                one.suspended(),
                one.retired());
    }

    /** Locks the customer, and returns the bounds of what its jails have. */
    List<Bound> lock(CustomerId customer) {
        LockedCustomer locked = lock(List.of(customer)).get(customer);
        return locked == null ? List.of() : locked.bounds();
    }

    /**
     * Locks the customer who is to get a jail, and returns the bounds of what its jails have.
     *
     * @throws InvalidRequest if there is no such customer, or it is retired
     * @throws CustomerSuspended if it is suspended
     */
    List<Bound> lockFor(CustomerId customer) {
        LockedCustomer locked = lock(List.of(customer)).get(customer);
        if (locked == null || locked.retired()) {
            throw new InvalidRequest("/customer", "is not a customer");
        }
        if (locked.suspended()) {
            throw new CustomerSuspended(customer);
        }
        return locked.bounds();
    }

    /**
     * Locks the customer if no other transaction has it or its reseller locked, and returns the bounds of what its jails have. For a
     * transaction that has locked a host already: it must not wait for a customer.
     *
     * @throws InvalidRequest if somebody changes the customer at this moment
     */
    List<Bound> tryLock(CustomerId customer) {
        Map<CustomerId, LockedCustomer> locked = new HashMap<>();
        read(
                LOCK.replace("FOR NO KEY UPDATE", "FOR NO KEY UPDATE SKIP LOCKED")
                        .replace("FOR SHARE", "FOR SHARE SKIP LOCKED"),
                List.of(customer),
                locked);
        LockedCustomer found = locked.get(customer);
        if (found != null) {
            return withReseller(found, locked).bounds();
        }
        boolean exists = jdbc.sql("SELECT EXISTS (SELECT FROM customer WHERE id = ?)")
                .param(customer.value())
                .query(Boolean.class)
                .single();
        if (exists) {
            throw isChanging();
        }
        return List.of();
    }

    private static InvalidRequest isChanging() {
        return new InvalidRequest("/customer", "is being changed: try again");
    }

    /**
     * Returns those of the bounds that a jail of the former customer does not count for yet. The bounds are locked, so the former
     * customer neither gets nor loses one of these resellers.
     */
    List<Bound> without(CustomerId former, List<Bound> bounds) {
        List<CustomerId> counted = jdbc.sql("SELECT id FROM customer WHERE id = :former UNION ALL "
                        + "SELECT reseller_id FROM customer WHERE id = :former AND reseller_id IS NOT NULL")
                .param("former", former.value())
                .query((row, number) -> new CustomerId(row.getObject("id", UUID.class)))
                .list();
        return bounds.stream()
                .filter(bound -> !counted.contains(bound.customer()))
                .toList();
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
                    LockedCustomer customer = customer(row);
                    locked.put(customer.id(), customer);
                });
    }

    private static LockedCustomer customer(ResultSet row) throws SQLException {
        @Nullable UUID reseller = row.getObject("reseller_id", UUID.class);
        return new LockedCustomer(
                new CustomerId(row.getObject("id", UUID.class)),
                new Quota(
                        row.getObject("max_jails", Long.class),
                        row.getObject("max_memory_bytes", Long.class),
                        row.getObject("max_cpu_millis", Long.class),
                        row.getObject("max_addresses", Long.class),
                        row.getObject("max_disk_bytes", Long.class)),
                reseller == null ? null : new CustomerId(reseller),
                null,
                row.getBoolean("suspended"),
                row.getBoolean("retired"));
    }
}
