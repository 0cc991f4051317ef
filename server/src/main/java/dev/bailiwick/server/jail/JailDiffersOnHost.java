package dev.bailiwick.server.jail;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** The jail's host has another definition of it than the server, and an operator has to decide which counts. */
public final class JailDiffersOnHost extends Failure {

    private static final ProblemType TYPE =
            ProblemType.lasting(409, "jail-differs-on-host", "The host has another definition of the jail");
    private static final long serialVersionUID = 1L;

    public JailDiffersOnHost(JailId id) {
        super(
                TYPE,
                "The host of jail " + id
                        + " has another definition of it, which the server has lost. An operator has to choose"
                        + " between them, on the page of the host's differences, before it can be changed.");
    }
}
