package dev.bailiwick.server.host;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** The host cannot be removed while it has jails. */
public final class HostHasJails extends Failure {

    private static final ProblemType TYPE = ProblemType.lasting(409, "host-has-jails", "The host has jails");
    private static final ProblemType LEAVING = ProblemType.passing(409, "host-has-jails", "The host still has jails");
    private static final long serialVersionUID = 1L;

    /**
     * @param jails the number of all its jails
     * @param staying how many of them are not being removed
     */
    HostHasJails(String name, long jails, long staying) {
        super(
                staying > 0 ? TYPE : LEAVING,
                "The host " + name + " has " + (jails == 1 ? "1 jail that is" : jails + " jails that are")
                        + " not removed yet.");
    }
}
