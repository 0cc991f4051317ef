package dev.bailiwick.server.mail;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** As many mails as may be were sent within a day for a customer. */
public final class TooManyMails extends Failure {

    private static final ProblemType TYPE = ProblemType.passing(429, "too-many-mails", "Too many mails");
    private static final long serialVersionUID = 1L;

    TooManyMails(int maximum) {
        super(
                TYPE,
                "At most " + maximum
                        + " mails are sent in 24 hours for a customer. Try again later, or send a link yourself");
    }
}
