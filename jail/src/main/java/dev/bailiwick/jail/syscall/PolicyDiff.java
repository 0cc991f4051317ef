package dev.bailiwick.jail.syscall;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Where two policies part. */
public final class PolicyDiff {

    private PolicyDiff() {}

    /**
     * Every call that the two rule differently, in the table's order; overrides that have ended by {@code now} do not
     * count on either side.
     */
    public static List<RowChange> between(Policy before, Policy after, Instant now) {
        return SyscallTable.linux().all().stream()
                .flatMap(call -> change(call, before, after, now).stream())
                .toList();
    }

    private static Optional<RowChange> change(Syscall call, Policy before, Policy after, Instant now) {
        Ruling was = before.ruling(call, now);
        Ruling is = after.ruling(call, now);
        if (was.equals(is)) {
            return Optional.empty();
        }
        String reason = after.override(call, now).map(PolicyOverride::reason).orElse(call.reason());
        return Optional.of(new RowChange(call, was, is, RowChange.direction(call, was, is), reason));
    }
}
