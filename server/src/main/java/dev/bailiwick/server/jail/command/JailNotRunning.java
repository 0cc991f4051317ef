package dev.bailiwick.server.jail.command;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** The jail does not run, so nothing can be done in it. */
public final class JailNotRunning extends Failure {

    private static final ProblemType TYPE = ProblemType.passing(409, "jail-not-running", "The jail does not run");
    private static final long serialVersionUID = 1L;

    public JailNotRunning(JailId jail) {
        super(TYPE, "The jail " + jail + " does not run.");
    }
}
