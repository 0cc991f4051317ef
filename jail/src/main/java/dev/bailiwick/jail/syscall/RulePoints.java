package dev.bailiwick.jail.syscall;

import dev.bailiwick.jail.syscall.ArgumentRule.Term;
import java.util.List;
import java.util.stream.Stream;

/** Finds arguments for which two decisions about one call may differ. */
public final class RulePoints {

    private static final long[] NO_ARGUMENTS = {};

    private RulePoints() {}

    /** Returns at least one list of arguments; includes the values on both sides of each boundary of either ruling. */
    public static List<long[]> of(Ruling one, Ruling other) {
        List<Term> terms = Stream.of(one, other)
                .flatMap(ruling -> ruling.rules().stream())
                .map(ArgumentRule::term)
                .distinct()
                .toList();
        if (terms.isEmpty()) {
            return List.of(NO_ARGUMENTS);
        }
        return new ArgumentRule("", new Term.Any(terms))
                .boundaryArguments().stream()
                        .map(arguments ->
                                arguments.stream().mapToLong(Long::longValue).toArray())
                        .toList();
    }
}
