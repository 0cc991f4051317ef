package dev.bailiwick.server.network;

import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** Another jail has this address, or had it and its host has not yet released it, or its quarantine has not ended. */
public final class AddressTaken extends Failure {

    private static final ProblemType TYPE = ProblemType.lasting(409, "address-taken", "The address is taken");
    private static final ProblemType LEAVING = ProblemType.passing(409, "address-taken", "The address is still taken");
    private static final ProblemType RESTING = ProblemType.passing(409, "address-taken", "The address rests");
    private static final long serialVersionUID = 1L;

    private AddressTaken(ProblemType type, String detail, String pointer, String message) {
        super(type, detail, List.of(new Violation(pointer, message)));
    }

    static AddressTaken byAJail(IpAddress address, String pointer) {
        return new AddressTaken(TYPE, "A jail has the address " + address + ".", pointer, "is taken");
    }

    /** The address is free once a host has released it, so the same request can succeed later. */
    static AddressTaken untilReleased(IpAddress address, String pointer) {
        return new AddressTaken(
                LEAVING,
                "A jail had the address " + address + ". Repeat the request once its host has released it.",
                pointer,
                "is not released yet");
    }

    /** @param end when any jail can have the address, unless somebody frees it earlier */
    static AddressTaken untilRested(IpAddress address, Instant end, String pointer) {
        Instant full = end.plusMillis(999).truncatedTo(ChronoUnit.SECONDS);
        return new AddressTaken(
                RESTING,
                "A jail of another customer had the address " + address + ". It rests until " + full
                        + ", unless somebody frees it earlier.",
                pointer,
                "rests until " + full + " after another customer had it");
    }
}
