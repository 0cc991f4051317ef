package dev.bailiwick.server.jail.placement;

import dev.bailiwick.jail.Violation;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;
import java.util.List;

/** No host is connected that the jail could be placed on. */
public final class NoHostAvailable extends Failure {

    private static final ProblemType TYPE = ProblemType.passing(409, "no-host-available", "No host is connected");
    private static final long serialVersionUID = 1L;

    NoHostAvailable() {
        super(
                TYPE,
                "No host is connected that the jail could be placed on.",
                List.of(new Violation("/host", "cannot be chosen: no host is connected")));
    }
}
