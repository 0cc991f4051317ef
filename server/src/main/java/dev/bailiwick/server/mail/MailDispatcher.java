package dev.bailiwick.server.mail;

import dev.bailiwick.jail.concurrent.Signal;
import dev.bailiwick.server.database.RowAccess;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeMessage;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;
import org.springframework.mail.javamail.JavaMailSender;
import org.springframework.mail.javamail.MimeMessageHelper;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Sends mails, one after another. A commit in this process wakes it; it also looks every ten seconds, for mails that are tried again
 * and those of a replica that stopped.
 *
 * <p>A mail is written in a transaction, which also claims it, and sent after its commit: a link is valid before anybody can have it.
 * If this process ends in between, another one sends the mail again, with another secret, once the claim has expired.
 */
@Component
class MailDispatcher implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(MailDispatcher.class);

    private static final Duration LOOK = Duration.ofSeconds(10);

    /** Longer than the time limits of the mail server's connection in {@code application.yaml} together. */
    private static final Duration LEASE = Duration.ofMinutes(2);

    /** The pauses after the first attempts; the last one repeats. */
    private static final List<Duration> PAUSES = List.of(
            Duration.ofSeconds(30),
            Duration.ofMinutes(2),
            Duration.ofMinutes(10),
            Duration.ofMinutes(30),
            Duration.ofHours(2));

    private final MailRows rows;
    private final ObjectProvider<LetterWriter> writers;
    private final @Nullable JavaMailSender sender;
    private final MailProperties properties;
    private final TransactionOperations transactions;
    private final Clock clock;
    private final Signal requested = new Signal();
    private volatile @Nullable Thread thread;

    /** @param writers asked for when mails are written, as writers also request mails */
    MailDispatcher(
            MailRows rows,
            ObjectProvider<LetterWriter> writers,
            ObjectProvider<JavaMailSender> sender,
            MailProperties properties,
            TransactionOperations transactions,
            Clock clock) {
        this.rows = rows;
        this.writers = writers;
        this.sender = sender.getIfAvailable();
        this.properties = properties;
        this.transactions = transactions;
        this.clock = clock;
        if (this.sender != null) {
            properties.requireUsable();
        }
    }

    /** Looks for mails now; to be called after the commit of a transaction that requested one. */
    void wake() {
        requested.raise();
    }

    @Override
    public void start() {
        if (sender != null) {
            Thread sending = Thread.ofVirtual()
                    .name("mail")
                    .unstarted(() -> RowAccess.everything().run(() -> run(sender)));
            thread = sending;
            sending.start();
        }
    }

    /** Stops. Another replica, or the next start, sends the remaining mails. */
    @Override
    public void stop() {
        Thread sending = thread;
        thread = null;
        if (sending != null) {
            sending.interrupt();
        }
    }

    @Override
    public boolean isRunning() {
        return thread != null;
    }

    private void run(JavaMailSender server) {
        try {
            while (thread == Thread.currentThread()) {
                sendDue(server);
                boolean _ = requested.await(LOOK);
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    /** Sends all mails whose time has come. If the database is away, the next run tries again; no mail is lost. */
    private void sendDue(JavaMailSender server) {
        try {
            Optional<MailRows.Due> due;
            do {
                due = transactions.execute(status -> rows.take(clock.instant(), LEASE));
                due.ifPresent(mail -> send(server, mail));
            } while (due.isPresent() && thread == Thread.currentThread());
        } catch (DataAccessException | TransactionException e) {
            if (thread == Thread.currentThread()) {
                log.atWarn().addKeyValue("cause", e.getMessage()).log("the database does not answer, so mails wait");
            }
        }
    }

    /** Any fault of one mail is its own: the others are sent, and this one is tried again. */
    private void send(JavaMailSender server, MailRows.Due mail) {
        try {
            Optional<Letter> letter =
                    transactions.execute(status -> writer(mail.kind()).write(mail.order()));
            if (letter.isPresent()) {
                server.send(message(server, mail, letter.get()));
            }
            end(mail, letter.isPresent() ? Delivery.State.SENT : Delivery.State.DROPPED, Optional.empty());
        } catch (DataAccessException | TransactionException e) {
            throw e;
        } catch (RuntimeException | MessagingException e) {
            MailFault fault = MailFault.of(e);
            log.atWarn()
                    .addKeyValue("mail", mail.id())
                    .addKeyValue("attempt", mail.attempt())
                    .addKeyValue("cause", fault.reason())
                    .log(fault.lasts() ? "mail was rejected" : "mail could not be sent, retrying");
            if (fault.lasts()) {
                end(mail, Delivery.State.FAILED, Optional.of(fault.reason()));
            } else {
                Instant now = clock.instant();
                Duration pause = PAUSES.get(Math.min(mail.attempt(), PAUSES.size()) - 1);
                transactions.executeWithoutResult(status -> rows.retry(mail, fault.reason(), now.plus(pause), now));
            }
        }
    }

    private LetterWriter writer(MailKind kind) {
        return writers.stream()
                .filter(one -> one.kind() == kind)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("nobody writes mails of the kind " + kind));
    }

    private void end(MailRows.Due mail, Delivery.State state, Optional<String> error) {
        transactions.executeWithoutResult(status -> rows.end(mail, state, error, clock.instant()));
    }

    private MimeMessage message(JavaMailSender server, MailRows.Due mail, Letter letter) throws MessagingException {
        MimeMessage message = server.createMimeMessage();
        MimeMessageHelper helper = new MimeMessageHelper(message, false, StandardCharsets.UTF_8.name());
        helper.setFrom(properties.sender());
        helper.setTo(mail.order().recipient().text());
        helper.setSubject(letter.subject());
        helper.setText(letter.text());
        helper.setSentDate(Date.from(clock.instant()));
        // Keeps programs that answer mail by themselves from answering (RFC 3834).
        message.setHeader("Auto-Submitted", "auto-generated");
        return message;
    }
}
