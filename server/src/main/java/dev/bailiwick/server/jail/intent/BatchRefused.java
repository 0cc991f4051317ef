package dev.bailiwick.server.jail.intent;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.jail.placement.PlacedJail;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The server stored nothing of a batch because of some of its lines. Each pointer begins with the number of its line.
 */
public final class BatchRefused extends Failure {

    private static final ProblemType INVALID = ProblemType.lasting(422, "invalid-batch", "The batch is not valid");
    private static final ProblemType CONFLICTING =
            ProblemType.lasting(409, "batch-conflicts", "The batch conflicts with the current state");
    private static final int MAX_NAMED = 1_000;
    private static final long serialVersionUID = 1L;

    /** @param byLine the reason why each line is rejected, by the number of the line; not empty */
    public BatchRefused(SortedMap<Integer, Failure> byLine) {
        super(type(byLine), detail(byLine), violations(byLine));
    }

    /** @param refused the reason why each rejected jail cannot be stored, by id; not empty */
    public static BatchRefused of(List<PlacedJail> jails, Map<JailId, Failure> refused) {
        TreeMap<Integer, Failure> byLine = new TreeMap<>();
        for (PlacedJail jail : jails) {
            Failure why = refused.get(jail.id());
            if (why != null) {
                byLine.put(jail.line(), why);
            }
        }
        return new BatchRefused(byLine);
    }

    private static ProblemType type(SortedMap<Integer, Failure> byLine) {
        boolean invalid =
                byLine.values().stream().anyMatch(failure -> failure.type().status() != 409);
        return invalid ? INVALID : CONFLICTING;
    }

    private static String detail(SortedMap<Integer, Failure> byLine) {
        return "Nothing was stored, because " + byLine.size() + (byLine.size() == 1 ? " line was" : " lines were")
                + " rejected. The first is line " + byLine.firstKey() + ": "
                + byLine.firstEntry().getValue().detail();
    }

    private static List<Violation> violations(SortedMap<Integer, Failure> byLine) {
        return byLine.entrySet().stream()
                .flatMap(BatchRefused::violations)
                .limit(MAX_NAMED)
                .toList();
    }

    private static Stream<Violation> violations(Map.Entry<Integer, Failure> refusal) {
        Failure failure = refusal.getValue();
        List<Violation> violations = failure.violations().isEmpty()
                ? List.of(new Violation("", failure.type().title()))
                : failure.violations();
        return violations.stream().map(violation -> violation.within("/" + refusal.getKey()));
    }
}
