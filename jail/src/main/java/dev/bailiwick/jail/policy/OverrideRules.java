package dev.bailiwick.jail.policy;

import dev.bailiwick.jail.syscall.Decision;
import dev.bailiwick.jail.syscall.Errno;
import dev.bailiwick.jail.syscall.Profile;
import dev.bailiwick.jail.syscall.Syscall;
import dev.bailiwick.jail.syscall.SyscallTable;
import dev.bailiwick.jail.text.PlainText;
import dev.bailiwick.jail.validation.Violation;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The rules that the overrides of a policy must follow. */
final class OverrideRules {

    private static final int MAX_REASON = 500;

    /** An earlier end in milliseconds since 1970 would be negative, or 0, which means no end. */
    private static final Instant EARLIEST_END = Instant.EPOCH.plusMillis(1);

    /** A later end has a year of more than four digits, and a much later one does not fit into a database. */
    private static final Instant LATEST_END = Instant.parse("9999-12-31T23:59:59Z");

    private OverrideRules() {}

    /** Returns the violations, with pointers relative to the policy. */
    static List<Violation> violations(List<PolicyOverride> overrides) {
        List<Violation> violations = new ArrayList<>();
        Set<String> decided = new HashSet<>();
        Set<String> watched = new HashSet<>();
        for (int i = 0; i < overrides.size(); i++) {
            PolicyOverride override = overrides.get(i);
            String pointer = "/overrides/" + i;
            if (!(override.watches() ? watched : decided).add(override.call())) {
                violations.add(new Violation(
                        pointer + "/call", override.watches() ? "is watched twice" : "is overridden twice"));
            }
            violations.addAll(of(override).stream().map(v -> v.within(pointer)).toList());
        }
        return violations;
    }

    /** Returns the violations of one override, with pointers relative to it. */
    private static List<Violation> of(PolicyOverride override) {
        List<Violation> violations = new ArrayList<>();
        Optional<Syscall> call = SyscallTable.linux().find(override.call());
        if (call.isEmpty()) {
            violations.add(new Violation("/call", SyscallTable.linux().unknown(override.call())));
        }
        errno(override.decision())
                .filter(errno -> Errno.named(errno).isEmpty())
                .map(errno -> new Violation("/decision", "names '" + errno + "', which is not a known errno"))
                .ifPresent(violations::add);
        if (call.isPresent() && isBelowFloor(call.get(), override.decision())) {
            violations.add(new Violation(
                    "/decision",
                    "cannot allow " + override.call()
                            + ": it is blocked in every jail, and no override can change this. "
                            + call.get().reason()));
        }
        if (override.reason().isBlank()) {
            violations.add(new Violation("/reason", "must give a reason"));
        } else if (override.reason().length() > MAX_REASON) {
            violations.add(new Violation("/reason", "is longer than " + MAX_REASON + " characters"));
        } else {
            PlainText.fault(override.reason())
                    .map(fault -> new Violation("/reason", fault))
                    .ifPresent(violations::add);
        }
        if (override.until()
                .filter(end -> end.isBefore(EARLIEST_END) || end.isAfter(LATEST_END))
                .isPresent()) {
            violations.add(new Violation("/until", "must be between 1970 and 9999, or absent for no end"));
        }
        return violations;
    }

    /**
     * Returns whether the decision allows a call that the floor blocks for all arguments. A floor for some arguments is no violation:
     * {@link Policy#ruling} enforces it, and the override allows the other arguments.
     */
    private static boolean isBelowFloor(Syscall call, OverrideDecision decision) {
        boolean refusedWhole =
                call.floor().filter(f -> f instanceof Decision.Deny).isPresent();
        return refusedWhole
                && switch (decision) {
                    case OverrideDecision.Allow(), OverrideDecision.Log() -> true;
                    case OverrideDecision.Deny(String errno) -> false;
                    case OverrideDecision.Kill() -> false;
                    case OverrideDecision.Watch(OverrideDecision.Staged _) -> false;
                };
    }

    /** Returns the name of the error that the decision answers, or would answer if it were in force. */
    private static Optional<String> errno(OverrideDecision decision) {
        return switch (decision) {
            case OverrideDecision.Deny(String errno) -> Optional.of(errno);
            case OverrideDecision.Watch(OverrideDecision.Staged.Refusal(OverrideDecision refusal)) -> errno(refusal);
            case OverrideDecision.Watch(OverrideDecision.Staged.Row(Profile _)) -> Optional.empty();
            case OverrideDecision.Allow(), OverrideDecision.Log(), OverrideDecision.Kill() -> Optional.empty();
        };
    }
}
