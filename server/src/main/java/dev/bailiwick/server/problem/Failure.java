package dev.bailiwick.server.problem;

import dev.bailiwick.jail.validation.Violation;
import java.util.List;
import java.util.Map;

/** A request that cannot be fulfilled. The names of subclasses state facts; their messages are shown to the caller. */
public abstract class Failure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient ProblemType type;
    private final transient List<Violation> violations;

    /** @param detail a sentence with the particulars; it is shown to the caller and so names nothing that the caller may not see */
    protected Failure(ProblemType type, String detail) {
        this(type, detail, List.of());
    }

    protected Failure(ProblemType type, String detail, List<Violation> violations) {
        // Without a stack trace, which would be of no interest: a batch may have ten thousand failures.
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

    /** Returns the invalid fields, with JSON pointers into the request's body; empty if the failure does not concern a field. */
    public List<Violation> violations() {
        return violations;
    }

    /** Returns what its problem document has in addition, by name; empty for most. */
    public Map<String, Object> members() {
        return Map.of();
    }
}
