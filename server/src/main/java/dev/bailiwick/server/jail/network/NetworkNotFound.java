package dev.bailiwick.server.jail.network;

import dev.bailiwick.server.network.member.NetworkId;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;

/** The customer has no such network. */
final class NetworkNotFound extends Failure {

    private static final ProblemType TYPE = ProblemType.lasting(404, "network-not-found", "There is no such network");
    private static final long serialVersionUID = 1L;

    NetworkNotFound(NetworkId id) {
        super(TYPE, "The customer has no network " + id + ".");
    }
}
