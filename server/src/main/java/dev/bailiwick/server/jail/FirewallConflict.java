package dev.bailiwick.server.jail;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;
import dev.bailiwick.server.request.IfMatch;

/** Another request has changed the rules of the customer in the meantime. */
public final class FirewallConflict extends Failure {

    private static final ProblemType TYPE =
            ProblemType.lasting(412, "firewall-changed", "The firewall has been changed in the meantime");
    private static final long serialVersionUID = 1L;

    FirewallConflict(IfMatch condition, long found) {
        super(TYPE, "If-Match is " + condition + ", but the firewall is at version " + found + ".");
    }
}
