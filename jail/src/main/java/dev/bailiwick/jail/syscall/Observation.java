package dev.bailiwick.jail.syscall;

import dev.bailiwick.jail.syscall.RowChange.Direction;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A policy that refuses no more than the one before it, and has the kernel log what a staged one would refuse: so that one
 * sees what a jail would lose before it loses it.
 *
 * @param policy the one before, and an override that logs for each call that is watched
 * @param watched calls that the staged policy would refuse
 * @param unwatched calls that it would refuse as well, at least with some arguments, and that can not be watched
 */
public record Observation(Policy policy, List<String> watched, List<Unwatched> unwatched) {

    private static final int LONGEST_REASON = 200;
    private static final String REASON = "Observed; a staged policy says: ";

    /** @param reason why, as a sentence */
    public record Unwatched(String call, String reason) {}

    public Observation {
        watched = List.copyOf(watched);
        unwatched = List.copyOf(unwatched);
    }

    /**
     * What shows, until a time, what {@code staged} would refuse.
     *
     * @param setBy whose overrides these are
     */
    public static Observation of(Policy current, Policy staged, String setBy, Instant now, Instant until) {
        Set<String> watched = new HashSet<>();
        List<PolicyOverride> logs = new ArrayList<>();
        List<Unwatched> unwatched = new ArrayList<>();
        for (RowChange change : PolicyDiff.between(current, staged, now)) {
            if (!refusesMore(change)) {
                continue;
            }
            String call = change.call().name();
            Optional<String> hindrance = hindrance(change, current, now);
            if (hindrance.isPresent()) {
                unwatched.add(new Unwatched(call, hindrance.get()));
                continue;
            }
            watched.add(call);
            String reason = shortened(REASON + change.after().text());
            logs.add(new PolicyOverride(call, new OverrideDecision.Log(), reason, setBy, Optional.of(until)));
        }
        List<PolicyOverride> overrides = new ArrayList<>(current.overrides().stream()
                .filter(override -> !watched.contains(override.call()))
                .toList());
        overrides.addAll(logs);
        return new Observation(
                new Policy(current.profile(), overrides),
                logs.stream().map(PolicyOverride::call).toList(),
                unwatched);
    }

    /** What the staged policy says, told by an override that came of an observation; empty of any other override. */
    public static Optional<String> staged(PolicyOverride override) {
        return override.decision() instanceof OverrideDecision.Log
                        && override.reason().startsWith(REASON)
                ? Optional.of(override.reason().substring(REASON.length()))
                : Optional.empty();
    }

    /** What is refused already is not lost, whatever else becomes of it. */
    private static boolean refusesMore(RowChange change) {
        boolean refused = change.before() instanceof Ruling.Settled(Verdict verdict) && !verdict.passes();
        return !refused && (change.direction() == Direction.TIGHTENED || change.direction() == Direction.BOTH);
    }

    private static String shortened(String reason) {
        return reason.length() <= LONGEST_REASON ? reason : reason.substring(0, LONGEST_REASON - 1) + "…";
    }

    private static Optional<String> hindrance(RowChange change, Policy current, Instant now) {
        // An override holds whatever the arguments are: to log the whole row would let pass what is refused today.
        if (!(change.before() instanceof Ruling.Settled)) {
            return Optional.of("Today it depends on the arguments.");
        }
        boolean ownOverride = current.override(change.call(), now)
                .filter(override -> !(override.decision() instanceof OverrideDecision.Log))
                .isPresent();
        return ownOverride ? Optional.of("It has an override of its own.") : Optional.empty();
    }
}
