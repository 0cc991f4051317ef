package dev.bailiwick.server.network.port;

import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.PublishedPort.Protocol;
import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;
import java.util.List;

/** The port already leads to a jail. */
public final class PortTaken extends Failure {

    private static final ProblemType TYPE = ProblemType.lasting(409, "port-taken", "The port is taken");
    private static final long serialVersionUID = 1L;

    PortTaken(Protocol protocol, IpAddress address, int first, int last) {
        super(
                TYPE,
                first == last
                        ? "The %s port %d of %s already leads to a jail.".formatted(protocol, first, address)
                        : "One of the %s ports %d to %d of %s already leads to a jail."
                                .formatted(protocol, first, last, address),
                List.of(new Violation("/port", "is taken")));
    }
}
