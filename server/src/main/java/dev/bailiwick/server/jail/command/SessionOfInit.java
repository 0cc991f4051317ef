package dev.bailiwick.server.jail.command;

import dev.bailiwick.jail.stream.ExecId;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** The session is the terminal of a jail's init, which ends with the jail. */
public final class SessionOfInit extends Failure {

    private static final ProblemType TYPE =
            ProblemType.lasting(409, "session-of-init", "The session is the terminal of the init");
    private static final long serialVersionUID = 1L;

    SessionOfInit(ExecId session) {
        super(TYPE, "The session " + session + " is the terminal of the jail's init. It ends when the jail stops.");
    }
}
