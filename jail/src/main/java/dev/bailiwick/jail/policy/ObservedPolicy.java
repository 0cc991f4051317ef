package dev.bailiwick.jail.policy;

import dev.bailiwick.jail.policy.OverrideDecision.Staged;
import dev.bailiwick.jail.policy.RowChange.Direction;
import dev.bailiwick.jail.syscall.Ruling;
import dev.bailiwick.jail.syscall.Syscall;
import dev.bailiwick.jail.syscall.Verdict;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A policy that blocks no more than the current one, and makes the kernel log the calls that a staged policy would block. So an
 * operator sees which calls a jail would lose before it loses them.
 *
 * @param policy the current policy, with an override for each watched call
 * @param watched the calls that are allowed now, and that the staged policy would block with some or all arguments
 */
public record ObservedPolicy(Policy policy, List<String> watched) {

    private static final int MAX_REASON = 200;

    public ObservedPolicy {
        watched = List.copyOf(watched);
    }

    /**
     * Returns the observation that shows until a time which calls {@code staged} would block.
     *
     * @param current the current policy; the calls that it watches stay watched
     * @param setBy the author of the new overrides
     */
    public static ObservedPolicy of(Policy current, Policy staged, String setBy, Instant now, Instant until) {
        Policy own = without(current);
        List<PolicyOverride> watches = new ArrayList<>();
        for (RowChange change : PolicyDiff.between(own, staged, now)) {
            if (refusesMore(change)) {
                Syscall call = change.call();
                String reason =
                        shorten("A staged policy says: " + change.after().text());
                watches.add(new PolicyOverride(
                        call.name(),
                        new OverrideDecision.Watch(watched(call, staged, now)),
                        reason,
                        setBy,
                        Optional.of(until)));
            }
        }
        List<String> watched = watches.stream().map(PolicyOverride::call).toList();
        List<PolicyOverride> overrides = new ArrayList<>(current.overrides().stream()
                .filter(override -> !(override.watches() && watched.contains(override.call())))
                .toList());
        overrides.addAll(watches);
        return new ObservedPolicy(new Policy(current.profile(), overrides), watched);
    }

    /** Returns a policy with the same decisions that watches nothing. */
    public static Policy without(Policy policy) {
        return new Policy(
                policy.profile(),
                policy.overrides().stream()
                        .filter(override -> !override.watches())
                        .toList());
    }

    /** Returns whether jails would lose the call, or some of its arguments. They cannot lose a call that is blocked already. */
    private static boolean refusesMore(RowChange change) {
        boolean refused = change.before() instanceof Ruling.Settled(Verdict verdict) && !verdict.passes();
        return !refused && (change.direction() == Direction.TIGHTENED || change.direction() == Direction.BOTH);
    }

    private static Staged watched(Syscall call, Policy staged, Instant now) {
        return staged.override(call, now)
                .map(PolicyOverride::decision)
                .filter(OverrideDecision::refuses)
                .<Staged>map(Staged.Refusal::new)
                .orElseGet(() -> new Staged.Row(staged.profile()));
    }

    private static String shorten(String reason) {
        return reason.length() <= MAX_REASON ? reason : reason.substring(0, MAX_REASON - 1) + "…";
    }
}
