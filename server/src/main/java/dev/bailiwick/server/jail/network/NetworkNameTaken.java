package dev.bailiwick.server.jail.network;

import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;
import java.util.List;

/** The customer has another network with the name. */
final class NetworkNameTaken extends Failure {

    private static final ProblemType TYPE = ProblemType.lasting(409, "network-name-taken", "The name is taken");
    private static final long serialVersionUID = 1L;

    NetworkNameTaken(String name) {
        super(
                TYPE,
                "The customer already has a network " + name + ".",
                List.of(new Violation("/name", "is the name of another network")));
    }
}
