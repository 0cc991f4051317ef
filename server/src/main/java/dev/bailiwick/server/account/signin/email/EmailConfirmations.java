package dev.bailiwick.server.account.signin.email;

import dev.bailiwick.server.account.AccountEvent;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.Secret;
import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.account.notice.Notice;
import dev.bailiwick.server.account.notice.Notices;
import dev.bailiwick.server.account.user.MailAddresses;
import dev.bailiwick.server.account.user.UserLocks;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.audit.Audit;
import dev.bailiwick.server.audit.Subject;
import dev.bailiwick.server.bounds.Bound;
import dev.bailiwick.server.database.RowAccess;
import dev.bailiwick.server.mail.EmailAddress;
import dev.bailiwick.server.mail.MailKind;
import dev.bailiwick.server.mail.Mails;
import dev.bailiwick.server.problem.InvalidRequest;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * The addresses of users, each confirmed by a link that works once. Nothing depends on whether another user has the same address, so
 * no answer says so.
 */
@Service
class EmailConfirmations {

    static final Duration VALIDITY = Duration.ofHours(24);

    private final JdbcClient jdbc;
    private final Users users;
    private final UserLocks locks;
    private final MailAddresses addresses;
    private final Mails mails;
    private final Notices notices;
    private final Audit audit;
    private final Clock clock;

    EmailConfirmations(
            JdbcClient jdbc,
            Users users,
            UserLocks locks,
            MailAddresses addresses,
            Mails mails,
            Notices notices,
            Audit audit,
            Clock clock) {
        this.jdbc = jdbc;
        this.users = users;
        this.locks = locks;
        this.addresses = addresses;
        this.mails = mails;
        this.notices = notices;
        this.audit = audit;
        this.clock = clock;
    }

    /** An address that waits to be confirmed by its user. */
    record Pending(UserId user, EmailAddress address, Instant expiresAt) {
        private static Pending of(ResultSet row, int number) throws SQLException {
            return new Pending(
                    new UserId(row.getObject("user_id", UUID.class)),
                    new EmailAddress(row.getString("email")),
                    row.getTimestamp("expires_at").toInstant());
        }
    }

    @Transactional(readOnly = true)
    Email of(UserId user) {
        return new Email(
                addresses.of(user).map(EmailAddress::text).orElse(null),
                pending(user)
                        .map(one -> new Email.Unconfirmed(
                                one.address().text(),
                                one.expiresAt(),
                                RowAccess.everything()
                                        .call(() -> mails.deliveries(MailKind.EMAIL_CONFIRMATION, Set.of(user.value())))
                                        .get(user.value())))
                        .orElse(null));
    }

    Optional<Pending> pending(UserId user) {
        return jdbc.sql("SELECT * FROM email_confirmation WHERE user_id = ? AND expires_at > ?")
                .params(user.value(), Timestamp.from(clock.instant()))
                .query(Pending::of)
                .optional();
    }

    /**
     * Has a link sent to the address. It replaces an earlier one.
     *
     * @throws InvalidRequest naming {@code /address} if the caller has it already, or this installation sends no mail
     * @throws TooManyConfirmations if as many were sent within a day as may be
     */
    @Transactional
    Email request(Caller caller, EmailAddress address) {
        if (!mails.areSent()) {
            throw new InvalidRequest("/address", "cannot be confirmed: this installation sends no mail");
        }
        if (addresses.of(caller.user()).filter(address::equals).isPresent()) {
            throw new InvalidRequest("/address", "is the address that you have confirmed already");
        }
        Instant now = clock.instant();
        Instant end = now.plus(VALIDITY);
        locks.lock(caller.user());
        store(caller.user(), address, now, end);
        // The user is locked until the end of the transaction, so nobody else counts at the same time.
        if (mails.count(MailKind.EMAIL_CONFIRMATION, caller.user().value(), now.minus(Duration.ofDays(1)))
                >= Bound.EMAIL_CONFIRMATIONS_OF_A_USER.value()) {
            throw new TooManyConfirmations();
        }
        mails.send(
                MailKind.EMAIL_CONFIRMATION,
                caller.user().value(),
                caller.payer().map(CustomerId::value),
                address,
                end);
        record(caller, new AccountEvent.EmailRequested());
        return of(caller.user());
    }

    private void store(UserId user, EmailAddress address, Instant now, Instant end) {
        jdbc.sql("""
                        INSERT INTO email_confirmation (user_id, email, hash, created_at, expires_at)
                        VALUES (:user, :email, :hash, :now, :end)
                        ON CONFLICT (user_id) DO UPDATE SET email = :email, hash = :hash, created_at = :now, expires_at = :end
                        """)
                .param("user", user.value())
                .param("email", address.text())
                .param("hash", Secret.fresh("").hash())
                .param("now", Timestamp.from(now))
                .param("end", Timestamp.from(end))
                .update();
    }

    /**
     * Replaces the secret of the link.
     *
     * @return empty if the user does not wait for mail at this address any more
     */
    Optional<Secret> replaceSecret(UserId user, EmailAddress address) {
        Secret secret = Secret.fresh("");
        int waiting = jdbc.sql(
                        "UPDATE email_confirmation SET hash = ? WHERE user_id = ? AND email = ? AND expires_at > ?")
                .params(secret.hash(), user.value(), address.text(), Timestamp.from(clock.instant()))
                .update();
        return waiting == 1 ? Optional.of(secret) : Optional.empty();
    }

    /**
     * What the page of a link says.
     *
     * @param login of the user who wants mail at the address
     */
    record Offer(String login, EmailAddress address) {}

    /** Returns what a link confirms, without using it; empty if it does not hold. */
    @Transactional(readOnly = true)
    Optional<Offer> offer(String secret) {
        return find(new Secret(secret).hash())
                .flatMap(one -> users.inSession(one.user()).map(user -> new Offer(user.login(), one.address())));
    }

    private Optional<Pending> find(byte[] hash) {
        return jdbc.sql("SELECT * FROM email_confirmation WHERE hash = ? AND expires_at > ?")
                .params(hash, Timestamp.from(clock.instant()))
                .query(Pending::of)
                .optional();
    }

    /**
     * Confirms the address, whoever follows the link: it shows that the mail was read. The address before gets a notice.
     *
     * @throws ConfirmationVoid if the link does not hold
     */
    @Transactional
    void confirm(String secret) {
        byte[] hash = new Secret(secret).hash();
        // A change of the password locks the user, and then removes what waits to be confirmed.
        locks.lock(find(hash).orElseThrow(ConfirmationVoid::new).user());
        Pending confirmed = find(hash).orElseThrow(ConfirmationVoid::new);
        jdbc.sql("DELETE FROM email_confirmation WHERE hash = ?").param(hash).update();
        Caller user = users.inSession(confirmed.user()).orElseThrow(ConfirmationVoid::new);
        addresses
                .replace(user.user(), Optional.of(confirmed.address()))
                .ifPresent(before -> notices.sendToFormer(before, user.user(), Notice.EMAIL_CHANGED));
        record(user, new AccountEvent.EmailConfirmed());
    }

    /** Removes the caller's address, and one that waits to be confirmed. Without either, nothing happens. */
    @Transactional
    void remove(Caller caller) {
        locks.lock(caller.user());
        int waiting = jdbc.sql("DELETE FROM email_confirmation WHERE user_id = ?")
                .param(caller.user().value())
                .update();
        Optional<EmailAddress> before = addresses.replace(caller.user(), Optional.empty());
        before.ifPresent(address -> notices.sendToFormer(address, caller.user(), Notice.EMAIL_REMOVED));
        if (waiting > 0 || before.isPresent()) {
            record(caller, new AccountEvent.EmailRemoved());
        }
    }

    private void record(Caller user, AccountEvent event) {
        Subject subject = Subject.of("user", user.user());
        audit.record(
                user.actor(),
                user.payer().map(owner -> subject.visibleTo(owner.value())).orElse(subject),
                event);
    }
}
