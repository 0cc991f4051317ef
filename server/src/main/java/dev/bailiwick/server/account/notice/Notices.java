package dev.bailiwick.server.account.notice;

import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.mail.EmailAddress;
import dev.bailiwick.server.mail.Mails;
import java.time.Clock;
import java.util.Map;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** Tells users by mail what has changed about their account, with the transaction that changes it. */
@Service
public class Notices {

    private final Mails mails;
    private final Clock clock;

    Notices(Mails mails, Clock clock) {
        this.mails = mails;
        this.clock = clock;
    }

    /** Sends a notice to an address that was the user's until now, if this installation sends mail. */
    @Transactional(propagation = Propagation.MANDATORY)
    public void sendToFormer(EmailAddress address, UserId user, Notice notice) {
        if (mails.areSent()) {
            mails.notify(
                    user.value(),
                    address,
                    Map.of("notice", notice.toString(), "at", clock.instant().toString()));
        }
    }
}
