package dev.bailiwick.server.problem;

import dev.bailiwick.jail.validation.Violation;
import java.util.List;
import java.util.stream.Collectors;

/** The request was understood, but some of its fields are invalid. */
public final class InvalidRequest extends Failure {

    static final ProblemType TYPE = ProblemType.lasting(422, "invalid-request", "The request is not valid");
    private static final long serialVersionUID = 1L;

    public InvalidRequest(List<Violation> violations) {
        super(
                TYPE,
                violations.stream()
                        .map(v -> (v.pointer() + " " + v.message()).strip())
                        .collect(Collectors.joining("; ")),
                violations);
    }

    /** @param pointer JSON pointer of the field, for example {@code /name} */
    public InvalidRequest(String pointer, String message) {
        this(List.of(new Violation(pointer, message)));
    }

    /**
     * Returns the same about a part of a request.
     *
     * @param pointer JSON pointer of the part, for example {@code /jail}
     */
    public InvalidRequest below(String pointer) {
        return new InvalidRequest(violations().stream()
                .map(violation -> new Violation(pointer + violation.pointer(), violation.message()))
                .toList());
    }
}
