package dev.bailiwick.server.account.identity;

import dev.bailiwick.server.account.AccountEvent;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.IdentityId;
import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.account.identity.IdentityRefused.Reason;
import dev.bailiwick.server.account.notice.Notice;
import dev.bailiwick.server.account.notice.Notices;
import dev.bailiwick.server.account.user.FederatedUsers.Identity;
import dev.bailiwick.server.account.user.UserLocks;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.audit.Audit;
import dev.bailiwick.server.audit.Subject;
import java.sql.Timestamp;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * The accounts at providers that users of customers have linked. An account belongs to one user, and a user has at most one at each
 * provider. Staff links none: the provider says who they are.
 */
@Service
public class LinkedIdentities {

    /** The maximum length of what a provider calls an account. */
    private static final int MAX_ACCOUNT = 254;

    private final JdbcClient jdbc;
    private final Users users;
    private final UserLocks locks;
    private final WaysIn ways;
    private final ProviderNames providers;
    private final Audit audit;
    private final Notices notices;
    private final Clock clock;

    LinkedIdentities(
            JdbcClient jdbc,
            Users users,
            UserLocks locks,
            WaysIn ways,
            ProviderNames providers,
            Audit audit,
            Notices notices,
            Clock clock) {
        this.jdbc = jdbc;
        this.users = users;
        this.locks = locks;
        this.ways = ways;
        this.providers = providers;
        this.audit = audit;
        this.notices = notices;
        this.clock = clock;
    }

    /** Lists the linked accounts of the user, the oldest first. */
    @Transactional(readOnly = true)
    public List<LinkedIdentity> list(UserId user) {
        Map<String, String> names = providers.byIssuer();
        return jdbc.sql("SELECT * FROM user_identity WHERE user_id = ? ORDER BY created_at, id")
                .param(user.value())
                .query((row, number) -> {
                    Timestamp used = row.getTimestamp("last_used_at");
                    return new LinkedIdentity(
                            new IdentityId(row.getObject("id", UUID.class)),
                            row.getString("issuer"),
                            names.get(row.getString("issuer")),
                            row.getString("account"),
                            row.getTimestamp("created_at").toInstant(),
                            used == null ? null : used.toInstant());
                })
                .list();
    }

    /**
     * Links an account to the caller. If it is linked to them already, nothing happens.
     *
     * @param caller a user of a customer, as they have shown who they are
     * @param account what the provider calls it, for people; shortened to 254 characters
     * @return the link
     * @throws IdentityRefused if it belongs to somebody else, the caller has another one there, or the caller has changed meanwhile
     */
    @Transactional
    public IdentityId link(Caller caller, Identity identity, String account) {
        // Nobody changes the password meanwhile, which ends what the former one began.
        locks.lock(caller.user());
        boolean isUnchanged = users.inSession(caller.user())
                .filter(now -> !now.role().isStaff() && now.passwordVersion().equals(caller.passwordVersion()))
                .isPresent();
        if (!isUnchanged) {
            throw new IdentityRefused(Reason.USER_CHANGED);
        }
        // INVARIANT: of two that link one account at once, the second waits here for the first, and adds no row.
        int linked = jdbc.sql("""
                        INSERT INTO user_identity (issuer, subject, user_id, account, created_at) VALUES (?, ?, ?, ?, ?)
                        ON CONFLICT DO NOTHING
                        """)
                .params(
                        identity.issuer(),
                        identity.subject(),
                        caller.user().value(),
                        account.substring(0, Math.min(account.length(), MAX_ACCOUNT)),
                        Timestamp.from(clock.instant()))
                .update();
        Owner owner = owner(identity);
        if (!owner.user().equals(caller.user())) {
            throw new IdentityRefused(Reason.TAKEN);
        }
        if (linked == 1) {
            audit.record(caller.actor(), subject(caller), new AccountEvent.ProviderLinked(identity.issuer()));
            notices.send(caller.user(), Notice.PROVIDER_LINKED, identity.issuer());
        }
        return owner.identity();
    }

    private record Owner(IdentityId identity, UserId user) {}

    /** @throws IdentityRefused if nobody has the account, so that the user has another one there */
    private Owner owner(Identity identity) {
        return jdbc.sql("SELECT id, user_id FROM user_identity WHERE issuer = ? AND subject = ?")
                .params(identity.issuer(), identity.subject())
                .query((row, number) -> new Owner(
                        new IdentityId(row.getObject("id", UUID.class)),
                        new UserId(row.getObject("user_id", UUID.class))))
                .optional()
                .orElseThrow(() -> new IdentityRefused(Reason.ANOTHER));
    }

    /** Notes that somebody signs in with the account. */
    @Transactional
    public void used(IdentityId id) {
        jdbc.sql("UPDATE user_identity SET last_used_at = ? WHERE id = ?")
                .params(Timestamp.from(clock.instant()), id.value())
                .update();
    }

    /**
     * Removes a link of the caller. The schema ends the sessions that began with the account.
     *
     * @throws IdentityNotFound if the caller has no such link
     * @throws LastWayIn if the caller would have no way to sign in any more
     */
    @Transactional
    public void remove(Caller caller, IdentityId id) {
        locks.lock(caller.user());
        String issuer = jdbc.sql("DELETE FROM user_identity WHERE id = ? AND user_id = ? RETURNING issuer")
                .params(id.value(), caller.user().value())
                .query(String.class)
                .optional()
                .orElseThrow(() -> new IdentityNotFound(id));
        ways.requireAny(caller.user());
        audit.record(caller.actor(), subject(caller), new AccountEvent.ProviderUnlinked(issuer));
        notices.send(caller.user(), Notice.PROVIDER_UNLINKED, issuer);
    }

    private static Subject subject(Caller caller) {
        Subject subject = Subject.of("user", caller.user());
        return caller.payer().map(owner -> subject.visibleTo(owner.value())).orElse(subject);
    }
}
