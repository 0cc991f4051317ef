package dev.bailiwick.server.jail.placement;

import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;
import java.util.List;

/** No host is connected, so the jail cannot be placed. */
public final class NoHostAvailable extends Failure {

    private static final ProblemType TYPE = ProblemType.passing(409, "no-host-available", "No host is connected");
    private static final long serialVersionUID = 1L;

    NoHostAvailable() {
        super(
                TYPE,
                "The jail cannot be placed, because no host is connected.",
                List.of(new Violation("/host", "cannot be chosen: no host is connected")));
    }
}
