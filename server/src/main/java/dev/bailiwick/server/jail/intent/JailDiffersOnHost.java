package dev.bailiwick.server.jail.intent;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;
import org.springframework.modulith.NamedInterface;

/** The host and the server have different definitions of the jail, and an operator has to choose one. */
@NamedInterface("failures")
public final class JailDiffersOnHost extends Failure {

    private static final ProblemType TYPE =
            ProblemType.lasting(409, "jail-differs-on-host", "The host has another definition of the jail");
    private static final long serialVersionUID = 1L;

    public JailDiffersOnHost(JailId id) {
        super(
                TYPE,
                "The host of jail " + id
                        + " has a definition of it that the server has lost. Before the jail can be changed, an operator"
                        + " has to choose a definition, on the page of the host's differences.");
    }
}
