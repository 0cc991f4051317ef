package dev.bailiwick.jail.syscall;

import dev.bailiwick.jail.syscall.OverrideDecision.Staged;
import dev.bailiwick.jail.syscall.RowChange.Direction;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A policy that blocks no more than the current one, and makes the kernel log the calls that a staged policy would block. So an
 * operator sees what a jail would lose before it loses it.
 *
 * @param policy the current policy, and for each watched call an override that watches it
 * @param watched calls of which the staged policy would block some, or all, that are allowed now
 */
public record Observation(Policy policy, List<String> watched) {

    private static final int MAX_REASON = 200;

    public Observation {
        watched = List.copyOf(watched);
    }

    /**
     * The observation that shows, until a time, what {@code staged} would block.
     *
     * @param current calls that it already watches stay watched, unless {@code staged} would block them too
     * @param setBy the author of these overrides
     */
    public static Observation of(Policy current, Policy staged, String setBy, Instant now, Instant until) {
        Policy own = without(current);
        List<PolicyOverride> watches = new ArrayList<>();
        for (RowChange change : PolicyDiff.between(own, staged, now)) {
            if (refusesMore(change)) {
                Syscall call = change.call();
                String reason =
                        shortened("A staged policy says: " + change.after().text());
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
        return new Observation(new Policy(current.profile(), overrides), watched);
    }

    /** The policy that watches nothing and has the same decisions. */
    public static Policy without(Policy policy) {
        return new Policy(
                policy.profile(),
                policy.overrides().stream()
                        .filter(override -> !override.watches())
                        .toList());
    }

    /** A call that is already blocked is not lost, whatever the staged policy does with it. */
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

    private static String shortened(String reason) {
        return reason.length() <= MAX_REASON ? reason : reason.substring(0, MAX_REASON - 1) + "…";
    }
}
