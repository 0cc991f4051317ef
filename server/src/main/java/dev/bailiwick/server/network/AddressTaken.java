package dev.bailiwick.server.network;

import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;
import java.util.List;

/** Another jail has this address, or had it and its host has not yet released it. */
public final class AddressTaken extends Failure {

    private static final ProblemType TYPE = ProblemType.lasting(409, "address-taken", "The address is taken");
    private static final long serialVersionUID = 1L;

    AddressTaken(IpAddress address, String pointer) {
        super(TYPE, "A jail has the address " + address + ".", List.of(new Violation(pointer, "is taken")));
    }
}
