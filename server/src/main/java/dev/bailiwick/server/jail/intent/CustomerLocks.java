package dev.bailiwick.server.jail.intent;

import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.customer.CustomerSuspended;
import dev.bailiwick.server.problem.InvalidRequest;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Locks customers against a suspension and a retirement, until the end of the transaction that gives them a jail. They are locked
 * before the rows of hosts.
 */
@Component
class CustomerLocks {

    private final JdbcClient jdbc;

    CustomerLocks(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Locks those of these customers that exist, in the order of their ids. */
    void lock(List<CustomerId> customers) {
        jdbc.sql("SELECT id FROM customer WHERE id = ANY (:ids::uuid[]) ORDER BY id FOR SHARE")
                .param("ids", customers.stream().map(CustomerId::toString).toArray(String[]::new))
                .query((row, number) -> number)
                .list();
    }

    /**
     * Locks the customer who is to get a jail.
     *
     * @throws InvalidRequest if there is no such customer, or it is retired
     * @throws CustomerSuspended if it is suspended
     */
    void lockFor(CustomerId customer) {
        Optional<Boolean> suspended =
                jdbc.sql("""
                        SELECT suspended_at IS NOT NULL FROM customer WHERE id = ? AND retired_at IS NULL FOR SHARE
                        """).param(customer.value()).query(Boolean.class).optional();
        if (suspended.orElseThrow(() -> new InvalidRequest("/customer", "is not a customer"))) {
            throw new CustomerSuspended(customer);
        }
    }

    /**
     * Locks the customer if no other transaction has it locked. For a transaction that has locked a host already: it must not wait for
     * a customer.
     *
     * @throws InvalidRequest if somebody changes the customer at this moment
     */
    void tryLock(CustomerId customer) {
        boolean busy =
                jdbc.sql("""
                        SELECT EXISTS (SELECT FROM customer WHERE id = :id)
                            AND NOT EXISTS (SELECT FROM customer WHERE id = :id FOR SHARE SKIP LOCKED)
                        """).param("id", customer.value()).query(Boolean.class).single();
        if (busy) {
            throw new InvalidRequest("/customer", "is being changed: try again");
        }
    }
}
