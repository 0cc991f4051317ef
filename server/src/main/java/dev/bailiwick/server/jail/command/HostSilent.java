package dev.bailiwick.server.jail.command;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** The host of a jail is not connected, or did not do what it was asked. */
public final class HostSilent extends Failure {

    private static final ProblemType TYPE =
            ProblemType.passing(503, "host-silent", "The jail's host did not run the command");
    private static final long serialVersionUID = 1L;

    /** @param why a part of a sentence */
    HostSilent(String why) {
        super(TYPE, "The jail's host did not run the command: " + why + ".");
    }
}
