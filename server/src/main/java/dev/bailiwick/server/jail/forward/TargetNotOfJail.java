package dev.bailiwick.server.jail.forward;

import dev.bailiwick.jail.text.PlainText;
import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;
import java.util.List;

/** A connection is wanted to something that is not the jail. */
public final class TargetNotOfJail extends Failure {

    private static final ProblemType TYPE =
            ProblemType.lasting(422, "target-not-of-jail", "Only the jail itself can be reached");
    private static final long serialVersionUID = 1L;

    TargetNotOfJail(String target) {
        super(
                TYPE,
                "Only ports of the jail itself are forwarded: " + PlainText.quote(target)
                        + " is neither localhost nor an address or the hostname of the jail.",
                List.of(new Violation("/address", "must be localhost, an address of the jail, or its hostname")));
    }
}
