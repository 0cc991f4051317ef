package dev.bailiwick.server.account.identity;

import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.account.user.UserLocks;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** Keeps for each user at least one way to sign in. Whoever removes one locks the user first ({@link UserLocks}), and
 * then asks whether any is left. */
@Component
public class WaysIn {

    private final JdbcClient jdbc;
    private final ProviderNames providers;

    WaysIn(JdbcClient jdbc, ProviderNames providers) {
        this.jdbc = jdbc;
        this.providers = providers;
    }

    /**
     * Throws if no way in is left: no password, no passkey, and no account at a provider at which people can sign in now.
     *
     * @throws LastWayIn if none is left
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public void requireAny(UserId user) {
        boolean any = jdbc.sql("""
                        SELECT u.password_hash IS NOT NULL
                            OR EXISTS (SELECT FROM passkey p WHERE p.user_id = u.id)
                            OR EXISTS (SELECT FROM user_identity i WHERE i.user_id = u.id AND i.issuer = ANY (?))
                        FROM app_user u WHERE u.id = ?
                        """)
                .params(providers.byIssuer().keySet().toArray(String[]::new), user.value())
                .query(Boolean.class)
                .single();
        if (!any) {
            throw new LastWayIn();
        }
    }
}
