package dev.bailiwick.server.jail.command;

import dev.bailiwick.jail.stream.ExecId;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** The jail has no such session of a command, or no longer. */
public final class CommandSessionNotFound extends Failure {

    private static final ProblemType TYPE =
            ProblemType.lasting(404, "command-session-not-found", "There is no such session");
    private static final long serialVersionUID = 1L;

    CommandSessionNotFound(ExecId session) {
        super(TYPE, "There is no session " + session + " in the jail.");
    }
}
