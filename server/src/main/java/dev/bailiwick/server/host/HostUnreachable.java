package dev.bailiwick.server.host;

import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** A stream to a host cannot be opened now. */
public final class HostUnreachable extends Failure {

    private static final ProblemType TYPE = ProblemType.passing(503, "host-unreachable", "The host cannot be reached");
    private static final long serialVersionUID = 1L;

    /** @param why a part of a sentence */
    public HostUnreachable(String why) {
        super(TYPE, "The host cannot be reached: " + why + ".");
    }
}
