package dev.bailiwick.server.jail.log;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** The host of a jail is not connected, or did not answer with the log. */
public final class LogUnreadable extends Failure {

    private static final ProblemType TYPE =
            ProblemType.passing(503, "log-unreadable", "The jail's host did not send the log");
    private static final long serialVersionUID = 1L;

    /** @param why a part of a sentence */
    LogUnreadable(String why) {
        super(TYPE, "The jail's host did not send the log: " + why + ".");
    }
}
