package dev.bailiwick.server.request;

import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The request has parameters, or fields of a form, that its operation does not read, or reads only once. */
public final class UnknownParameter extends Failure {

    static final ProblemType TYPE =
            ProblemType.lasting(400, "unknown-parameter", "The request has an unknown parameter");
    private static final long serialVersionUID = 1L;

    /** @param names at least one */
    public static UnknownParameter named(List<String> names) {
        DeclaredParameters none = new DeclaredParameters(Map.of());
        return new UnknownParameter(
                names.stream().flatMap(name -> none.violation(name, 1).stream()).toList());
    }

    UnknownParameter(List<Violation> violations) {
        super(
                TYPE,
                violations.stream()
                        .map(violation -> violation.pointer().substring(1) + " " + violation.message())
                        .collect(Collectors.joining("; ")),
                violations);
    }
}
