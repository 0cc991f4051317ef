package dev.bailiwick.server.account.user;

import dev.bailiwick.server.account.AccountEvent;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.IdentityId;
import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.audit.Audit;
import dev.bailiwick.server.audit.Subject;
import java.sql.Timestamp;
import java.time.Clock;
import java.util.Optional;
import java.util.UUID;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * Users who sign in at a provider. Staff has no password here, and the role that the provider says when they sign in. Users of customers
 * have linked an account there. The provider's name for somebody is their identity; a login or an address of e-mail never is.
 */
@Service
public class FederatedUsers {

    /** Who the server says it is, in the audit, when it does what a provider says. */
    private static final String ACTOR = "bailiwick";

    private final StoredUsers stored;
    private final Users users;
    private final OwnerLocks owners;
    private final JdbcClient jdbc;
    private final Audit audit;
    private final Clock clock;

    FederatedUsers(StoredUsers stored, Users users, OwnerLocks owners, JdbcClient jdbc, Audit audit, Clock clock) {
        this.stored = stored;
        this.users = users;
        this.owners = owners;
        this.jdbc = jdbc;
        this.audit = audit;
        this.clock = clock;
    }

    /**
     * Who somebody is at a provider.
     *
     * @param issuer the provider, by the URL that it calls itself
     * @param subject the provider's name for the person, which it gives to nobody else
     */
    public record Identity(String issuer, String subject) {}

    /** A user with an identity. */
    public record Known(IdentityId identity, UserId id, String login, Role role) {}

    /** Returns the user with the identity. */
    @Transactional(readOnly = true)
    public Optional<Known> find(Identity identity) {
        return jdbc.sql("""
                        SELECT i.id AS identity_id, u.id, u.login, u.role
                        FROM user_identity i JOIN app_user u ON u.id = i.user_id
                        WHERE i.issuer = ? AND i.subject = ?
                        """)
                .params(identity.issuer(), identity.subject())
                .query((row, number) -> new Known(
                        new IdentityId(row.getObject("identity_id", UUID.class)),
                        new UserId(row.getObject("id", UUID.class)),
                        row.getString("login"),
                        Role.parse(row.getString("role"))))
                .optional();
    }

    /**
     * Creates a user with this identity.
     *
     * @param login in its normal form, see {@link Login}
     * @param role one of the staff
     * @throws LoginTaken if somebody else has the login; nobody is taken over
     */
    @Transactional
    public Caller create(Identity identity, String login, Role role) {
        if (stored.findByLogin(login).isPresent()) {
            throw new LoginTaken(login);
        }
        StoredUser user = new StoredUser(UserId.fresh(), login, null, new Membership.Staff(role), clock.instant());
        try {
            stored.saveAndFlush(user);
            jdbc.sql("INSERT INTO user_identity (issuer, subject, user_id, created_at) VALUES (?, ?, ?, ?)")
                    .params(identity.issuer(), identity.subject(), user.id().value(), Timestamp.from(clock.instant()))
                    .update();
        } catch (DataIntegrityViolationException e) {
            // Somebody else created the login at the same time, or the same person twice.
            throw new LoginTaken(login);
        }
        audit.record(ACTOR, Subject.of("user", user.id()), new AccountEvent.UserCreated(login, role));
        return users.inSession(user.id()).orElseThrow(() -> new UserNotFound(user.id()));
    }

    /**
     * Gives the user the role that their provider says.
     *
     * @return the user; empty if they are disabled
     * @throws LastOwner if the user would not be an owner any more, and nobody else is one who is enabled
     */
    @Transactional
    public Optional<Caller> changeRole(UserId id, Role role) {
        OwnerLocks.Locked locked = owners.lock(id);
        StoredUser user = locked.user();
        if (user.enabled() && user.role() != role) {
            locked.refuseLastOwner();
            user.changeRole(role);
            audit.record(ACTOR, Subject.of("user", id), new AccountEvent.RoleChanged(role));
        }
        return users.inSession(id);
    }

    /** Ends the sessions of the user, and the pages that they show. Tokens stay. */
    @Transactional
    public void endSessions(UserId id) {
        jdbc.sql("DELETE FROM web_session WHERE principal_name = ?")
                .param(id.toString())
                .update();
    }
}
