package dev.bailiwick.server.host;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** There is no such host, or it is retired. */
public final class HostNotFound extends Failure {

    private static final ProblemType TYPE = ProblemType.lasting(404, "host-not-found", "There is no such host");
    private static final long serialVersionUID = 1L;

    public HostNotFound(HostId id) {
        super(TYPE, "There is no host " + id + ".");
    }
}
