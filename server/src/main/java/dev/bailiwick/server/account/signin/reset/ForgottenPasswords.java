package dev.bailiwick.server.account.signin.reset;

import dev.bailiwick.server.account.AccountEvent;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.authentication.Origin;
import dev.bailiwick.server.account.user.MailAddresses;
import dev.bailiwick.server.account.user.Users;
import dev.bailiwick.server.audit.Audit;
import dev.bailiwick.server.audit.Subject;
import dev.bailiwick.server.bounds.Bound;
import dev.bailiwick.server.database.RowAccess;
import dev.bailiwick.server.mail.EmailAddress;
import dev.bailiwick.server.mail.MailKind;
import dev.bailiwick.server.mail.Mails;
import jakarta.annotation.PreDestroy;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Service;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Sends people who have forgotten their password a link to their confirmed address. Whoever asks learns nothing: the request only
 * leaves a note, and a thread of its own finds out whose the name is.
 *
 * <p>INVARIANT: whenever a user gets no further mail, they have got one within {@link #VALIDITY}, whose link holds unless it was used.
 * So nobody keeps them from their account by asking in their name.
 */
@Service
class ForgottenPasswords {

    private static final Logger log = LoggerFactory.getLogger(ForgottenPasswords.class);

    /** For how long a link holds, and in what time the mails of a user are counted. */
    static final Duration VALIDITY = Duration.ofHours(1);

    private final MailAddresses addresses;
    private final Users users;
    private final Mails mails;
    private final Audit audit;
    private final TransactionOperations transactions;
    private final Clock clock;

    /** Without room, a note is dropped: its writer asks again. */
    private final ThreadPoolExecutor notes = new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(Bound.FORGOTTEN_PASSWORDS.value()),
            RowAccess.everything()
                    .threads(Thread.ofVirtual().name("forgotten-passwords").factory()),
            new ThreadPoolExecutor.DiscardPolicy());

    ForgottenPasswords(
            MailAddresses addresses,
            Users users,
            Mails mails,
            Audit audit,
            TransactionOperations transactions,
            Clock clock) {
        this.addresses = addresses;
        this.users = users;
        this.mails = mails;
        this.audit = audit;
        this.transactions = transactions;
        this.clock = clock;
    }

    /** Whether this installation sends mail. */
    boolean isPossible() {
        return mails.areSent();
    }

    /**
     * Has a link sent to whoever has this login or address, if there is somebody with a password and a confirmed address.
     *
     * @param name as it was typed
     * @param origin of the request
     */
    void ask(String name, Origin origin) {
        if (isPossible()) {
            notes.execute(() -> find(name, origin));
        }
    }

    private void find(String name, Origin origin) {
        try {
            transactions.executeWithoutResult(status ->
                    addresses.reachable(name, Bound.USERS_OF_AN_ADDRESS.value()).forEach(user -> send(user, origin)));
        } catch (DataAccessException | TransactionException e) {
            log.atWarn()
                    .addKeyValue("cause", e.getMessage())
                    .log("the database does not answer, so somebody who forgot the password gets no mail");
        }
    }

    private void send(MailAddresses.Reachable reachable, Origin origin) {
        Instant now = clock.instant();
        int sent = mails.count(MailKind.PASSWORD_RESET, reachable.user().value(), now.minus(VALIDITY));
        Optional<Caller> user = users.inSession(reachable.user());
        if (user.isEmpty() || sent >= Bound.PASSWORD_MAILS_OF_A_USER.value()) {
            return;
        }
        EmailAddress address = reachable.address();
        mails.send(MailKind.PASSWORD_RESET, reachable.user().value(), Optional.empty(), address, now.plus(VALIDITY));
        Subject subject = Subject.of("user", reachable.user());
        audit.record(
                "bailiwick",
                user.get()
                        .payer()
                        .map(owner -> subject.visibleTo(owner.value()))
                        .orElse(subject),
                new AccountEvent.PasswordMailRequested(origin.address(), origin.device()));
    }

    @PreDestroy
    void stop() {
        notes.shutdownNow();
    }
}
