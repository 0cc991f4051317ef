package dev.bailiwick.server.network;

import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** No pool has a free address to choose. */
public final class PoolsExhausted extends Failure {

    private static final ProblemType TYPE = ProblemType.passing(409, "pools-exhausted", "No pool has a free address");
    private static final long serialVersionUID = 1L;

    PoolsExhausted(String detail, String pointer) {
        this(detail, pointer, "no pool has a free address");
    }

    private PoolsExhausted(String detail, String pointer, String why) {
        super(TYPE, detail, List.of(new Violation(pointer, "cannot be chosen: " + why)));
    }

    /** @param end when the first address can be chosen again, unless somebody frees it earlier */
    static PoolsExhausted untilRested(String version, Instant end, String pointer) {
        Instant full = end.plusMillis(999).truncatedTo(ChronoUnit.SECONDS);
        return new PoolsExhausted(
                "All free " + version
                        + " addresses rest, because jails had them until recently. The first can be chosen from " + full
                        + ".",
                pointer,
                "the first free address rests until " + full);
    }
}
