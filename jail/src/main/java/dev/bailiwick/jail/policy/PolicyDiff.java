package dev.bailiwick.jail.policy;

import dev.bailiwick.jail.syscall.Profile;
import dev.bailiwick.jail.syscall.Ruling;
import dev.bailiwick.jail.syscall.Syscall;
import dev.bailiwick.jail.syscall.SyscallTable;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Compares two policies. */
public final class PolicyDiff {

    private PolicyDiff() {}

    /**
     * Returns the calls that the two policies decide differently, in the table's order. Overrides that have ended by {@code now} do not
     * count on either side.
     */
    public static List<RowChange> between(Policy before, Policy after, Instant now) {
        return SyscallTable.linux().all().stream()
                .flatMap(call -> change(call, before, after, now).stream())
                .toList();
    }

    /**
     * Returns the calls for which {@code profile} allows more than the profile from which it is derived, in the table's order; none for a
     * profile that is not derived.
     */
    public static List<RowChange> weakenings(Profile profile) {
        return profile.origin()
                .map(origin -> between(Policy.of(origin), Policy.of(profile), Instant.EPOCH).stream()
                        .filter(RowChange::loosens)
                        .toList())
                .orElse(List.of());
    }

    private static Optional<RowChange> change(Syscall call, Policy before, Policy after, Instant now) {
        Ruling was = before.ruling(call, now);
        Ruling is = after.ruling(call, now);
        Syscall callBefore = call.under(before.profile());
        Syscall callAfter = call.under(after.profile());
        String reason = after.override(call, now).map(PolicyOverride::reason).orElse(callAfter.reason());
        RowChange.Direction direction = RowChange.direction(callBefore, was, callAfter, is);
        if (!was.equals(is)) {
            return Optional.of(new RowChange(callAfter, was, is, direction, reason));
        }
        // The filters agree, but the kernel may still treat jails of the two profiles differently.
        return direction == RowChange.Direction.UNNOTICED
                ? Optional.empty()
                : Optional.of(new RowChange(
                        callAfter, was.afterKernel(callBefore), is.afterKernel(callAfter), direction, reason));
    }
}
