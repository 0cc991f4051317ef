package dev.bailiwick.server.account.notice;

import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.bounds.Bound;
import dev.bailiwick.server.mail.EmailAddress;
import dev.bailiwick.server.mail.Mails;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/**
 * Tells users by mail what has changed about their account, once, with the transaction that changes it. Whoever has no confirmed
 * address, or is disabled, gets nothing, and nobody does if this installation sends no mail.
 */
@Service
public class Notices {

    private final JdbcClient jdbc;
    private final Mails mails;
    private final Clock clock;

    Notices(JdbcClient jdbc, Mails mails, Clock clock) {
        this.jdbc = jdbc;
        this.mails = mails;
        this.clock = clock;
    }

    /** Sends a notice without particulars. */
    @Transactional(propagation = Propagation.MANDATORY)
    public void send(UserId user, Notice notice) {
        send(user, notice, "");
    }

    /**
     * Sends a notice, unless the user does not want it, or has got as many of its kind within a day as are sent.
     *
     * @param detail particulars that the letter shows in one line, such as the name of a token; never a secret
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public void send(UserId user, Notice notice, String detail) {
        if (!mails.areSent()) {
            return;
        }
        jdbc.sql("""
                        SELECT email FROM app_user
                        WHERE id = ? AND disabled_at IS NULL AND email IS NOT NULL AND NOT ? = ANY (notices_off)
                        """)
                .params(user.value(), notice.topic().toString())
                .query((row, _) -> new EmailAddress(row.getString(1)))
                .optional()
                .filter(_ -> mails.countNotices(
                                user.value(), notice.toString(), clock.instant().minus(Duration.ofDays(1)))
                        < Bound.NOTICES_OF_A_KIND.value())
                .ifPresent(address -> send(address, user, notice, detail));
    }

    /** Sends a notice to an address that was the user's until now, if this installation sends mail. */
    @Transactional(propagation = Propagation.MANDATORY)
    public void sendToFormer(EmailAddress address, UserId user, Notice notice) {
        if (mails.areSent()) {
            send(address, user, notice, "");
        }
    }

    private void send(EmailAddress address, UserId user, Notice notice, String detail) {
        mails.notify(
                user.value(),
                address,
                Map.of("notice", notice.toString(), "at", clock.instant().toString(), "detail", detail));
    }
}
