package dev.bailiwick.server.host;

import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;
import java.util.List;

/** Another host has this name. */
public final class HostNameTaken extends Failure {

    private static final ProblemType TYPE = ProblemType.lasting(409, "host-name-taken", "Another host has this name");
    private static final long serialVersionUID = 1L;

    HostNameTaken(HostName name) {
        super(
                TYPE,
                "There is a host named " + name + " already.",
                List.of(new Violation("/name", "is the name of another host")));
    }
}
