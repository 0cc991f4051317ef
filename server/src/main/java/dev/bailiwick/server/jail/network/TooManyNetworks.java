package dev.bailiwick.server.jail.network;

import dev.bailiwick.jail.desired.SharedNetwork;
import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;
import java.util.List;

/** The customer or a jail has as many networks, or a network as many jails, as there may be. */
final class TooManyNetworks extends Failure {

    private static final ProblemType TYPE = ProblemType.lasting(409, "too-many-networks", "Too many networks");
    private static final long serialVersionUID = 1L;

    private TooManyNetworks(String detail, List<Violation> violations) {
        super(TYPE, detail, violations);
    }

    static TooManyNetworks ofCustomer() {
        return new TooManyNetworks(
                "The customer has " + CustomerNetworks.MAX_OF_CUSTOMER + " networks, which is the maximum.", List.of());
    }

    static TooManyNetworks jails() {
        return new TooManyNetworks(
                "A network has at most " + CustomerNetworks.MAX_JAILS + " jails.",
                List.of(new Violation(
                        "/jails", "makes more than " + CustomerNetworks.MAX_JAILS + " jails of the network")));
    }

    /** @param violations one for each jail that has as many networks as it may have */
    static TooManyNetworks ofJails(List<Violation> violations) {
        return new TooManyNetworks("A jail is in at most " + SharedNetwork.MAX_OF_JAIL + " networks.", violations);
    }
}
