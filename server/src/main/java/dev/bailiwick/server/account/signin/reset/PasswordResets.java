package dev.bailiwick.server.account.signin.reset;

import dev.bailiwick.server.account.AccountEvent;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.account.RightMissing;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.account.Secret;
import dev.bailiwick.server.account.TokenId;
import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.account.factor.SecondFactors;
import dev.bailiwick.server.account.factor.TooManyCodes;
import dev.bailiwick.server.account.member.MemberNotFound;
import dev.bailiwick.server.account.member.Members;
import dev.bailiwick.server.account.token.ApiTokens;
import dev.bailiwick.server.account.user.UserLocks;
import dev.bailiwick.server.account.user.UserNotFound;
import dev.bailiwick.server.account.user.UserPasswords;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.audit.Audit;
import dev.bailiwick.server.audit.Subject;
import dev.bailiwick.server.problem.InvalidRequest;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * Links that set the password of one user, once. They sign nobody in, and a user with a second factor needs it as well. A link that
 * somebody has issued holds as long as they manage the user; one that was mailed, as long as the user has the address.
 */
@Service
public class PasswordResets {

    static final Duration VALIDITY = Duration.ofHours(24);

    private final JdbcClient jdbc;
    private final Users users;
    private final UserPasswords passwords;
    private final UserLocks locks;
    private final Members members;
    private final SecondFactors factors;
    private final ApiTokens tokens;
    private final Audit audit;
    private final Clock clock;

    PasswordResets(
            JdbcClient jdbc,
            Users users,
            UserPasswords passwords,
            UserLocks locks,
            Members members,
            SecondFactors factors,
            ApiTokens tokens,
            Audit audit,
            Clock clock) {
        this.jdbc = jdbc;
        this.users = users;
        this.passwords = passwords;
        this.locks = locks;
        this.members = members;
        this.factors = factors;
        this.tokens = tokens;
        this.audit = audit;
        this.clock = clock;
    }

    /**
     * Issues a link for any user, as an owner of the installation.
     *
     * @throws RightMissing if the caller does not manage the users of the installation
     * @throws UserNotFound if there is no such enabled user
     * @throws InvalidRequest if it is the caller, or the caller's token has fewer scopes than the user
     */
    @Transactional
    public Secret issue(Caller caller, UserId user) {
        caller.require(Right.USERS);
        return issue(caller, enabled(user), Optional.empty());
    }

    /**
     * Issues a link for somebody who belongs to the customer.
     *
     * @throws RightMissing if the caller is neither an owner of the customer nor manages the users of the installation
     * @throws MemberNotFound if the user does not belong to the customer
     * @throws ManagedElsewhere if the user belongs to another customer as well
     * @throws UserNotFound if the user is disabled
     * @throws InvalidRequest if it is the caller, or the caller's token has fewer scopes than the user
     */
    @Transactional
    public Secret issue(Caller caller, CustomerId customer, UserId user) {
        Caller target = enabled(members.get(caller, customer, user).user());
        caller.require(Right.PASSWORDS, customer);
        if (!belongsOnlyTo(target, customer)) {
            throw new ManagedElsewhere();
        }
        return issue(caller, target, Optional.of(customer));
    }

    private Secret issue(Caller caller, Caller target, Optional<CustomerId> customer) {
        if (target.user().equals(caller.user())) {
            throw new InvalidRequest("/id", "is your own user: change your password instead");
        }
        if (passwords.isLeftToProvider(target.user())) {
            throw new InvalidRequest("/id", "has no password: the user signs in at a provider");
        }
        // Whoever sets a password has all scopes of its user, so a token with fewer must not lead to one.
        Set<Scope> lacking = caller.lacking(target.role().scopes());
        if (!lacking.isEmpty()) {
            throw new InvalidRequest("/id", "must not have scopes that the caller lacks: " + lacking);
        }
        Secret secret = Secret.fresh("");
        locks.lock(target.user());
        jdbc.sql("""
                        INSERT INTO password_reset (user_id, hash, issuer, token_id, customer_id, created_at, expires_at)
                        VALUES (:user, :hash, :issuer, :token, :customer, :now, :end)
                        ON CONFLICT (user_id) WHERE issuer IS NOT NULL DO UPDATE SET hash = :hash, issuer = :issuer, token_id = :token,
                            customer_id = :customer, created_at = :now, expires_at = :end
                        """)
                .param("user", target.user().value())
                .param("hash", secret.hash())
                .param("issuer", caller.user().value())
                .param("token", caller.token().map(TokenId::value).orElse(null), Types.OTHER)
                .param("customer", customer.map(CustomerId::value).orElse(null), Types.OTHER)
                .param("now", Timestamp.from(clock.instant()))
                .param("end", Timestamp.from(end(caller)))
                .update();
        Subject subject = Subject.of("user", target.user());
        audit.record(
                caller.actor(),
                target.payer().map(owner -> subject.visibleTo(owner.value())).orElse(subject),
                new AccountEvent.PasswordResetIssued());
        return secret;
    }

    /**
     * Creates a link for a mail to the user, which replaces the link of the mail before.
     *
     * @return empty if the user is disabled, or a provider decides how they sign in
     */
    @Transactional
    Optional<Secret> mailed(UserId user) {
        locks.lock(user);
        if (users.inSession(user).isEmpty() || passwords.isLeftToProvider(user)) {
            return Optional.empty();
        }
        Secret secret = Secret.fresh("");
        Instant now = clock.instant();
        jdbc.sql("""
                        INSERT INTO password_reset (user_id, hash, created_at, expires_at) VALUES (:user, :hash, :now, :end)
                        ON CONFLICT (user_id) WHERE issuer IS NULL DO UPDATE SET hash = :hash, created_at = :now, expires_at = :end
                        """)
                .param("user", user.value())
                .param("hash", secret.hash())
                .param("now", Timestamp.from(now))
                .param("end", Timestamp.from(now.plus(ForgottenPasswords.VALIDITY)))
                .update();
        return Optional.of(secret);
    }

    /** Returns when the link ends: it does not outlive the token that requested it. */
    private Instant end(Caller caller) {
        Instant end = clock.instant().plus(VALIDITY);
        return caller.until().filter(until -> until.isBefore(end)).orElse(end);
    }

    /** Returns the user of a link that holds, without using it. */
    @Transactional(readOnly = true)
    Optional<Caller> whose(String secret) {
        return find(new Secret(secret).hash()).flatMap(this::target);
    }

    private Optional<Link> find(byte[] hash) {
        return jdbc.sql("SELECT * FROM password_reset WHERE hash = ? AND expires_at > ?")
                .params(hash, Timestamp.from(clock.instant()))
                .query((row, number) -> Link.of(row))
                .optional();
    }

    /**
     * Sets the password. The link is used up only then.
     *
     * @param code a code of the user's second factor; not read if they have none
     * @throws ResetVoid if the link does not hold
     * @throws InvalidRequest naming {@code /password} or {@code /code}
     * @throws TooManyCodes if too many wrong codes were given
     */
    @Transactional
    public void reset(String secret, String password, @Nullable String code) {
        byte[] hash = new Secret(secret).hash();
        // A change of the password locks the user, and then removes the link.
        locks.lock(find(hash).orElseThrow(ResetVoid::new).user());
        Caller user = find(hash).flatMap(this::target).orElseThrow(ResetVoid::new);
        jdbc.sql("DELETE FROM password_reset WHERE hash = ?").param(hash).update();
        passwords.set(user, password);
        if (factors.isOn(user.user()) && factors.accept(user.user(), code).isEmpty()) {
            throw new InvalidRequest("/code", SecondFactors.REFUSED);
        }
    }

    /** Returns the user of the link, if whoever issued it still manages them. */
    private Optional<Caller> target(Link link) {
        Optional<Caller> target = users.inSession(link.user());
        return link.issuer().isEmpty() ? target : target.filter(user -> isManaged(user, link));
    }

    private boolean isManaged(Caller user, Link link) {
        Optional<Caller> issuer = link.issuer().flatMap(users::inSession);
        boolean holds = link.customer().isEmpty()
                ? issuer.filter(known -> known.access().has(Right.USERS)).isPresent()
                : issuer.filter(known -> known.access()
                                        .has(Right.PASSWORDS, link.customer().get()))
                                .isPresent()
                        && belongsOnlyTo(user, link.customer().get());
        boolean byToken =
                link.token().isEmpty() || tokens.inForce(link.token().get()).isPresent();
        return holds && byToken;
    }

    private static boolean belongsOnlyTo(Caller user, CustomerId customer) {
        return user.access().members().equals(Set.of(customer));
    }

    private Caller enabled(UserId user) {
        return users.inSession(user).orElseThrow(() -> new UserNotFound(user));
    }

    /**
     * The data of a link.
     *
     * @param issuer empty if it was mailed to the user
     */
    private record Link(UserId user, Optional<UserId> issuer, Optional<TokenId> token, Optional<CustomerId> customer) {

        static Link of(ResultSet row) throws SQLException {
            return new Link(
                    new UserId(row.getObject("user_id", UUID.class)),
                    Optional.ofNullable(row.getObject("issuer", UUID.class)).map(UserId::new),
                    Optional.ofNullable(row.getObject("token_id", UUID.class)).map(TokenId::new),
                    Optional.ofNullable(row.getObject("customer_id", UUID.class))
                            .map(CustomerId::new));
        }
    }
}
