package dev.bailiwick.jail.policy;

import dev.bailiwick.jail.policy.RowChange.Direction;
import dev.bailiwick.jail.syscall.Errno;
import dev.bailiwick.jail.syscall.Ruling;
import dev.bailiwick.jail.syscall.Syscall;
import dev.bailiwick.jail.syscall.SyscallTable;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds parts of a policy that do not do what its author may expect. */
public final class PolicyWarnings {

    private PolicyWarnings() {}

    /**
     * Returns the warnings about replacing {@code before} by {@code after}: first those about its overrides, then those about changes
     * that no override explains.
     */
    public static List<PolicyWarning> between(Policy before, Policy after, Instant now) {
        return Stream.concat(
                        of(after, now).stream(),
                        PolicyDiff.between(before, after, now).stream()
                                .filter(RowChange::loosens)
                                .filter(change ->
                                        after.override(change.call(), now).isEmpty())
                                .map(change -> new PolicyWarning.Loosens(
                                        change, change.call().layersBelowFilter())))
                .toList();
    }

    /** Returns the warnings about a policy's overrides, in their order. */
    public static List<PolicyWarning> of(Policy policy, Instant now) {
        return policy.overrides().stream()
                .flatMap(override -> of(policy, override, now).stream())
                .toList();
    }

    private static List<PolicyWarning> of(Policy policy, PolicyOverride override, Instant now) {
        if (!override.isInForce(now)) {
            return List.of(new PolicyWarning.Ended(override));
        }
        Syscall call = SyscallTable.linux()
                .find(override.call())
                .orElseThrow(() -> new IllegalStateException("a policy admits no override of an unknown call"))
                .under(policy.profile());
        if (override.watches()) {
            return policy.departures(now).contains(override)
                    ? List.of()
                    : List.of(new PolicyWarning.WatchesNothing(override));
        }
        Ruling row = call.decision(policy.profile()).ruling();
        Ruling ruling = policy.ruling(call, now);
        if (ruling.equals(row)) {
            return heldByFloor(call, override)
                    .map(held -> List.of(held, new PolicyWarning.Repeats(override, policy.profile())))
                    .orElseGet(() -> List.of(new PolicyWarning.Repeats(override, policy.profile())));
        }
        Optional<Errno> kernel = letsPass(override) ? call.kernelErrno() : Optional.empty();
        Direction direction = RowChange.direction(call, row, ruling);
        if (kernel.isPresent()) {
            return List.of(
                    direction == Direction.UNNOTICED
                            ? new PolicyWarning.KernelAnswersTheSame(override, kernel.get(), call.layersBelowFilter())
                            : new PolicyWarning.StillRefused(override, kernel.get(), call.layersBelowFilter()));
        }
        List<PolicyWarning> warnings = new ArrayList<>();
        heldByFloor(call, override).ifPresent(warnings::add);
        if (direction == Direction.LOOSENED || direction == Direction.BOTH) {
            warnings.add(new PolicyWarning.Weakens(override, call.reason(), call.layersBelowFilter()));
        }
        return warnings;
    }

    private static Optional<PolicyWarning> heldByFloor(Syscall call, PolicyOverride override) {
        return letsPass(override)
                ? call.floor().map(floor -> new PolicyWarning.HeldByFloor(override, call, floor))
                : Optional.empty();
    }

    private static boolean letsPass(PolicyOverride override) {
        return switch (override.decision()) {
            case OverrideDecision.Allow(), OverrideDecision.Log() -> true;
            case OverrideDecision.Deny(String _) -> false;
            case OverrideDecision.Kill() -> false;
            case OverrideDecision.Watch(OverrideDecision.Staged _) -> false;
        };
    }
}
