package dev.bailiwick.server.mail;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** As many mails as may be were sent within a day for a customer. */
public final class TooManyMails extends Failure {

    private static final ProblemType TYPE = ProblemType.passing(429, "too-many-mails", "Too many mails");
    private static final long serialVersionUID = 1L;

    TooManyMails(MailKind kind, int maximum) {
        super(TYPE, "At most " + maximum + " mails are sent in 24 hours for a customer. " + instead(kind));
    }

    private static String instead(MailKind kind) {
        return switch (kind) {
            case INVITATION -> "Try again later, or leave out the address and send the link yourself";
            case PASSWORD_RESET, EMAIL_CONFIRMATION, NOTICE -> "Try again later";
        };
    }
}
