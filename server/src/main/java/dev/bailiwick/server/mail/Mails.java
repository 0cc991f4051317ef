package dev.bailiwick.server.mail;

import dev.bailiwick.server.bounds.Bound;
import dev.bailiwick.server.database.RowAccess;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.mail.javamail.JavaMailSender;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** The mails of this installation: they are requested in a transaction, and sent after its commit, at least once. */
@Service
public class Mails {

    private static final Duration DAY = Duration.ofDays(1);

    /** For how long a notice is tried. */
    private static final Duration NOTICE_VALIDITY = Duration.ofDays(3);

    private final MailRows rows;
    private final MailDispatcher dispatcher;
    private final Optional<URI> url;
    private final Clock clock;

    Mails(
            MailRows rows,
            MailDispatcher dispatcher,
            MailProperties properties,
            ObjectProvider<JavaMailSender> sender,
            Clock clock) {
        this.rows = rows;
        this.dispatcher = dispatcher;
        this.url = Optional.ofNullable(sender.getIfAvailable()).flatMap(_ -> Optional.ofNullable(properties.url()));
        this.clock = clock;
    }

    /** Whether this installation can send mail: it has a mail server. */
    public boolean areSent() {
        return url.isPresent();
    }

    /**
     * Returns the address of a page for a mail.
     *
     * @param path begins with a slash
     * @throws IllegalStateException if no mail is sent
     */
    public URI link(String path) {
        return URI.create(url.orElseThrow(() -> new IllegalStateException("no mail is sent")) + path);
    }

    /**
     * Has a mail sent once the transaction is committed.
     *
     * @param subject what it is about, see {@link MailKind}
     * @param customer whose bound it counts for; empty for nobody's
     * @param expiresAt until when it is tried
     * @throws TooManyMails if as many were sent for the customer within a day as may be
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public void send(MailKind kind, UUID subject, Optional<UUID> customer, EmailAddress recipient, Instant expiresAt) {
        // Those of a user belong to nobody, and a customer's bound counts also what its colleagues do not see.
        RowAccess.everything()
                .run(() -> request(kind, new LetterWriter.Order(subject, recipient, Map.of()), customer, expiresAt));
    }

    /**
     * Has a notice sent to a user once the transaction is committed.
     *
     * @param user who gets it
     * @param facts what it is about, without a secret
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public void notify(UUID user, EmailAddress recipient, Map<String, String> facts) {
        RowAccess.everything()
                .run(() -> request(
                        MailKind.NOTICE,
                        new LetterWriter.Order(user, recipient, facts),
                        Optional.empty(),
                        clock.instant().plus(NOTICE_VALIDITY)));
    }

    private void request(MailKind kind, LetterWriter.Order order, Optional<UUID> customer, Instant expiresAt) {
        Instant now = clock.instant();
        if (customer.isPresent()
                && rows.countOfCustomer(customer.get(), now.minus(DAY)) >= Bound.MAILS_OF_A_CUSTOMER.value()) {
            throw new TooManyMails(kind, Bound.MAILS_OF_A_CUSTOMER.value());
        }
        rows.insert(kind, order, customer, now, expiresAt);
        TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
            @Override
            public void afterCommit() {
                dispatcher.wake();
            }
        });
    }

    /** Returns how many notices of this kind were requested for the user since then. */
    @Transactional(readOnly = true)
    public int countNotices(UUID user, String notice, Instant since) {
        return RowAccess.everything().call(() -> rows.countOfNotices(user, notice, since));
    }

    /** Returns how many mails of the kind about the subject were requested since then. */
    @Transactional(readOnly = true)
    public int count(MailKind kind, UUID subject, Instant since) {
        // Also for somebody who is not known, and asks for a link.
        return RowAccess.everything().call(() -> rows.countOfSubject(kind, subject, since));
    }

    /** Returns how far the latest mail about each subject has come; a subject without a mail is left out. */
    @Transactional(readOnly = true)
    public Map<UUID, Delivery> deliveries(MailKind kind, Collection<UUID> subjects) {
        return subjects.isEmpty() ? Map.of() : rows.deliveries(kind, subjects);
    }

    @Scheduled(fixedDelayString = "PT1H", initialDelayString = "PT6M")
    @Transactional
    void removeOld() {
        Instant now = clock.instant();
        RowAccess.everything().run(() -> rows.removeOld(now.minus(DAY), now));
    }
}
