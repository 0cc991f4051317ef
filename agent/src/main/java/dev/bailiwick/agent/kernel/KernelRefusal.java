package dev.bailiwick.agent.kernel;

import dev.bailiwick.jail.report.StepTiming;
import dev.bailiwick.jail.validation.Violation;
import java.util.List;
import java.util.stream.Collectors;

/** The kernel, or the host's files, did not permit an operation. */
public final class KernelRefusal extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String reason;
    private final boolean permanent;
    private final transient List<StepTiming> steps;

    private KernelRefusal(String reason, String message, boolean permanent, List<StepTiming> steps) {
        super(message);
        this.reason = reason;
        this.permanent = permanent;
        this.steps = List.copyOf(steps);
    }

    /** Trying the same definition again may succeed: the host lacked memory, or something raced. */
    public static KernelRefusal transientFailure(String reason, String message) {
        return new KernelRefusal(reason, message, false, List.of());
    }

    /** The same definition will be refused again on this host. */
    public static KernelRefusal permanent(String reason, String message) {
        return new KernelRefusal(reason, message, true, List.of());
    }

    /**
     * Refuses what the server would have refused, had it known: a definition may be older than what this host says of itself now.
     *
     * @throws KernelRefusal if there is any violation, naming their fields
     */
    public static void refuseUnmet(List<Violation> violations) {
        if (!violations.isEmpty()) {
            throw permanent(
                    "PolicyNotHeld",
                    violations.stream()
                            .map(v -> v.pointer() + " " + v.message())
                            .collect(Collectors.joining("; ")));
        }
    }

    /** The same, with what was done before; the last of these steps failed. */
    public KernelRefusal after(List<StepTiming> done) {
        KernelRefusal told = new KernelRefusal(reason, detail(), permanent, done);
        told.initCause(this);
        return told;
    }

    /** What was done before, where that is known; the last of them failed. */
    public List<StepTiming> steps() {
        return steps;
    }

    /** A stable word in CamelCase, for example {@code PathLeavesBase}. */
    public String reason() {
        return reason;
    }

    /** A sentence that names operation, operand and errno. */
    public String detail() {
        return String.valueOf(getMessage());
    }

    public boolean isPermanent() {
        return permanent;
    }
}
