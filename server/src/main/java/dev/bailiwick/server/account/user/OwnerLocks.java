package dev.bailiwick.server.account.user;

import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.account.customer.StoredCustomers;
import java.util.List;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Keeps the last owner of the installation, and finds customers who would lose theirs, whoever else changes users at the same time. */
@Component
class OwnerLocks {

    private final StoredUsers stored;
    private final StoredCustomers customers;
    private final JdbcClient jdbc;

    OwnerLocks(StoredUsers stored, StoredCustomers customers, JdbcClient jdbc) {
        this.stored = stored;
        this.customers = customers;
        this.jdbc = jdbc;
    }

    /**
     * A user whose role, and that of all enabled owners, nobody else changes until the end of the transaction.
     *
     * @param another whether somebody else is an enabled owner of the installation
     */
    record Locked(StoredUser user, boolean another) {

        /** @throws LastOwner if nobody else is an enabled owner of the installation */
        void refuseLastOwner() {
            if (user.role() == Role.OWNER && user.enabled() && !another) {
                throw new LastOwner();
            }
        }
    }

    /** @throws UserNotFound if there is no such user */
    Locked lock(UserId id) {
        List<StoredUser> locked = stored.lockEnabledOwnersAnd(id.value());
        StoredUser user =
                locked.stream().filter(one -> one.id().equals(id)).findFirst().orElseThrow(() -> new UserNotFound(id));
        return new Locked(user, locked.stream().anyMatch(one -> !one.id().equals(id)));
    }

    /**
     * Locks the customers that the user owns, and returns the names of those that nobody else owns who can sign in. Whoever removes or
     * lowers an owner locks the customer too.
     */
    List<String> lockOwnedByNobodyElse(UserId user) {
        List<UUID> owned = jdbc.sql("SELECT customer_id FROM membership WHERE user_id = ? AND role = 'owner'")
                .param(user.value())
                .query((row, number) -> row.getObject("customer_id", UUID.class))
                .list();
        if (owned.isEmpty()) {
            return List.of();
        }
        // Who else owns them is read once they are locked.
        var _ = customers.lockInOrder(owned);
        return jdbc.sql("""
                        SELECT c.name FROM customer c JOIN membership m ON m.customer_id = c.id AND m.role = 'owner'
                        WHERE m.user_id = :user AND c.retired_at IS NULL AND NOT EXISTS (
                            SELECT FROM membership o JOIN app_user u ON u.id = o.user_id AND u.disabled_at IS NULL
                            WHERE o.customer_id = c.id AND o.role = 'owner' AND o.user_id <> :user)
                        ORDER BY c.name, c.id
                        """)
                .param("user", user.value())
                .query((row, number) -> String.valueOf(row.getString("name")))
                .list();
    }
}
