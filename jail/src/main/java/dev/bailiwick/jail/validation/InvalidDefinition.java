package dev.bailiwick.jail.validation;

import java.util.List;
import java.util.stream.Collectors;

/** The rejection of a definition, with all violations, not only the first. */
public final class InvalidDefinition extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    private final transient List<Violation> violations;

    public InvalidDefinition(List<Violation> violations) {
        super(violations.stream().map(v -> v.pointer() + " " + v.message()).collect(Collectors.joining("; ")));
        this.violations = List.copyOf(violations);
    }

    public List<Violation> violations() {
        return violations;
    }
}
