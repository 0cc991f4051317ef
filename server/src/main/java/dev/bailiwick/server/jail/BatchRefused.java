package dev.bailiwick.server.jail;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.Violation;
import dev.bailiwick.server.jail.placement.PlacedJail;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Some lines of a batch cannot be what they are, so nothing of it was stored. Pointers begin with the line's number. */
public final class BatchRefused extends Failure {

    private static final ProblemType INVALID = ProblemType.lasting(422, "invalid-batch", "The batch is not valid");
    private static final ProblemType CONFLICTING =
            ProblemType.lasting(409, "batch-conflicts", "The batch wants what others have");
    private static final int MAX_NAMED = 1_000;
    private static final long serialVersionUID = 1L;

    /** @param byLine why each of them was refused; not empty */
    public BatchRefused(SortedMap<Integer, Failure> byLine) {
        super(type(byLine), detail(byLine), violations(byLine));
    }

    /** @param refused why some of these cannot be stored, by id; not empty */
    static BatchRefused of(List<PlacedJail> jails, Map<JailId, Failure> refused) {
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
        return "Nothing was stored, because of " + byLine.size() + (byLine.size() == 1 ? " line" : " lines")
                + ". The first is line " + byLine.firstKey() + ": "
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
