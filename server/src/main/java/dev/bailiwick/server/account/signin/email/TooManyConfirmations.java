package dev.bailiwick.server.account.signin.email;

import dev.bailiwick.server.bounds.Bound;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** As many mails as may be were sent within a day to confirm an address of the user. */
public final class TooManyConfirmations extends Failure {

    private static final ProblemType TYPE = ProblemType.passing(429, "too-many-confirmations", "Too many mails");
    private static final long serialVersionUID = 1L;

    TooManyConfirmations() {
        super(
                TYPE,
                "At most " + Bound.EMAIL_CONFIRMATIONS_OF_A_USER.value()
                        + " mails are sent in 24 hours to confirm your address. Try again tomorrow");
    }
}
