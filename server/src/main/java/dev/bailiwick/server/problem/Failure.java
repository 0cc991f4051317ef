package dev.bailiwick.server.problem;

import dev.bailiwick.jail.Violation;
import java.util.List;

/** Something that a caller asked for and cannot have. Subclasses are named as facts; their message is shown to the caller. */
public abstract class Failure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient ProblemType type;
    private final transient List<Violation> violations;

    /** @param detail a sentence with the particulars; shown to the caller, so it names nothing the caller may not see */
    protected Failure(ProblemType type, String detail) {
        this(type, detail, List.of());
    }

    protected Failure(ProblemType type, String detail, List<Violation> violations) {
        // A batch may hold ten thousand of them, and nobody looks for the line of code that rejected a request.
        super(detail, null, false, false);
        this.type = type;
        this.violations = List.copyOf(violations);
    }

    public ProblemType type() {
        return type;
    }

    public String detail() {
        return String.valueOf(getMessage());
    }

    /** The fields at fault, by JSON pointer into the request's body; empty when the failure is not about a field. */
    public List<Violation> violations() {
        return violations;
    }
}
