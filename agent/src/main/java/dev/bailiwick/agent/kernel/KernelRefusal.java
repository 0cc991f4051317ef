package dev.bailiwick.agent.kernel;

import dev.bailiwick.jail.report.EndCause;
import dev.bailiwick.jail.report.StepTiming;
import dev.bailiwick.jail.validation.Violation;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** A failure: the kernel or the host's files did not permit an operation. */
public final class KernelRefusal extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String reason;
    private final boolean permanent;
    private final transient List<StepTiming> steps;
    private final transient Optional<EndCause> cause;

    private KernelRefusal(
            String reason, String message, boolean permanent, List<StepTiming> steps, Optional<EndCause> cause) {
        super(message);
        this.cause = cause;
        this.reason = reason;
        this.permanent = permanent;
        this.steps = List.copyOf(steps);
    }

    /** Creates a failure that the same definition may survive next time: the host was short of memory, or there was a race. */
    public static KernelRefusal transientFailure(String reason, String message) {
        return new KernelRefusal(reason, message, false, List.of(), Optional.empty());
    }

    /** Creates a failure that the same definition will meet again on this host. */
    public static KernelRefusal permanent(String reason, String message) {
        return new KernelRefusal(reason, message, true, List.of(), Optional.empty());
    }

    /**
     * Throws if a definition has violations. The server would have rejected it, but the definition may be older than the host's current
     * facts.
     *
     * @throws KernelRefusal if there is any violation; names the fields
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

    /** Returns the same failure with the steps that ran; the last of them failed. */
    public KernelRefusal after(List<StepTiming> done) {
        KernelRefusal refusal = new KernelRefusal(reason, detail(), permanent, done, cause);
        refusal.initCause(this);
        return refusal;
    }

    /** Returns the same failure with its consequence, a sentence, at the end of its detail. */
    public KernelRefusal saying(String consequence) {
        KernelRefusal refusal = new KernelRefusal(reason, detail() + "; " + consequence, permanent, steps, cause);
        refusal.initCause(this);
        return refusal;
    }

    /** Returns the same failure with its cause for people. */
    public KernelRefusal because(Optional<EndCause> known) {
        KernelRefusal explained = new KernelRefusal(reason, detail(), permanent, steps, known);
        explained.initCause(this);
        return explained;
    }

    /** Returns the cause in words for the owner of the jail; empty if only the {@link #detail} says it. */
    public Optional<EndCause> cause() {
        return cause;
    }

    /** Returns the steps that ran, if known; the last of them failed. */
    public List<StepTiming> steps() {
        return steps;
    }

    /** Returns a stable word in CamelCase, for example {@code PathLeavesBase}. */
    public String reason() {
        return reason;
    }

    /** Returns a sentence that names operation, operand and errno. */
    public String detail() {
        return String.valueOf(getMessage());
    }

    public boolean isPermanent() {
        return permanent;
    }
}
