package dev.bailiwick.server.account.user;

import dev.bailiwick.server.account.UserId;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/**
 * Locks users. Whoever changes a user and what goes with them, such as links, addresses that wait to be confirmed, passkeys and sessions, locks
 * the user first: another password ends those links and sessions in one transaction, which has locked the user.
 */
@Component
public class UserLocks {

    private final JdbcClient jdbc;

    UserLocks(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Locks the user until the end of the transaction; does nothing if there is no such user. */
    @Transactional(propagation = Propagation.MANDATORY)
    public void lock(UserId id) {
        var _ = jdbc.sql("SELECT id FROM app_user WHERE id = ? FOR NO KEY UPDATE")
                .param(id.value())
                .query(UUID.class)
                .optional();
    }
}
