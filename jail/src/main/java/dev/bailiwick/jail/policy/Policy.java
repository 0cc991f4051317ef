package dev.bailiwick.jail.policy;

import dev.bailiwick.jail.syscall.ArgumentRule;
import dev.bailiwick.jail.syscall.Profile;
import dev.bailiwick.jail.syscall.RulePoints;
import dev.bailiwick.jail.syscall.Ruling;
import dev.bailiwick.jail.syscall.Syscall;
import dev.bailiwick.jail.syscall.SyscallTable;
import dev.bailiwick.jail.syscall.Verdict;
import dev.bailiwick.jail.validation.InvalidDefinition;
import dev.bailiwick.jail.validation.Violation;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A profile and the overrides of one jail. A call has at most one override that decides and one that watches. No override can allow
 * a call that the floor blocks.
 */
public record Policy(Profile profile, List<PolicyOverride> overrides) {

    /** @throws InvalidDefinition naming every invalid override, with pointers such as {@code /overrides/0/call} */
    public Policy {
        overrides = List.copyOf(overrides);
        List<Violation> violations = OverrideRules.violations(overrides);
        if (!violations.isEmpty()) {
            throw new InvalidDefinition(violations);
        }
    }

    public static Policy of(Profile profile) {
        return new Policy(profile, List.of());
    }

    /** Returns the override that decides this call at {@code now}; an override that only watches does not count. */
    public Optional<PolicyOverride> override(Syscall call, Instant now) {
        return inForce(call, now).filter(o -> !o.watches()).findFirst();
    }

    /**
     * Returns what the filter does with this call at {@code now}: the decision of the profile, or of an override in force. An override
     * that allows the call does so only for arguments that the floor does not block. A watched call is decided as if it were not
     * watched, and logged.
     */
    public Ruling ruling(Syscall call, Instant now) {
        Ruling own = unwatched(call, now);
        return inForce(call, now)
                .flatMap(override -> override.staged(call).stream())
                .findFirst()
                .map(staged -> watched(call, own, staged))
                .orElse(own);
    }

    /**
     * Returns {@code own} with {@code staged} watched; just {@code own} if jails would lose nothing under {@code staged}, for example
     * because the kernel itself blocks the call.
     */
    private Ruling watched(Syscall call, Ruling own, Ruling staged) {
        boolean loses = call.under(profile).kernelErrno().isEmpty()
                && RulePoints.of(own, staged).stream()
                        .anyMatch(arguments -> own.verdict(arguments).passes()
                                && !staged.verdict(arguments).passes());
        if (!loses) {
            return own;
        }
        return own instanceof Ruling.Settled && staged instanceof Ruling.Settled
                ? new Ruling.Settled(new Verdict.Log())
                : new Ruling.Watched(own, staged);
    }

    private Ruling unwatched(Syscall call, Instant now) {
        return override(call, now)
                .map(o -> ruling(call, o.decision()))
                .orElseGet(() -> call.decision(profile).ruling());
    }

    private Stream<PolicyOverride> inForce(Syscall call, Instant now) {
        return overrides.stream().filter(o -> o.call().equals(call.name()) && o.isInForce(now));
    }

    /**
     * Returns the overrides that change the filter at {@code now}: they are in force and do not just repeat their profile's row. Two
     * policies with the same profile, and with the same calls and decisions in this list, compile to the same filter.
     */
    public List<PolicyOverride> departures(Instant now) {
        return overrides.stream()
                .filter(o -> o.isInForce(now))
                .filter(o -> SyscallTable.linux()
                        .find(o.call())
                        .filter(call -> departs(o, call, now))
                        .isPresent())
                .toList();
    }

    private boolean departs(PolicyOverride override, Syscall call, Instant now) {
        Ruling own = unwatched(call, now);
        return override.watches()
                ? !ruling(call, now).equals(own)
                : !own.equals(call.decision(profile).ruling());
    }

    static Ruling ruling(Syscall call, OverrideDecision decision) {
        return switch (decision) {
            case OverrideDecision.Allow() -> aboveFloor(call, new Verdict.Allow());
            case OverrideDecision.Log() -> aboveFloor(call, new Verdict.Log());
            case OverrideDecision.Deny deny -> new Ruling.Settled(new Verdict.Deny(deny.known()));
            case OverrideDecision.Kill() -> new Ruling.Settled(new Verdict.Kill());
            case OverrideDecision.Watch(OverrideDecision.Staged _) ->
                throw new IllegalStateException("an override that only watches decides nothing");
        };
    }

    private static Ruling aboveFloor(Syscall call, Verdict verdict) {
        return call.floor()
                .map(floor -> switch (floor.ruling()) {
                    case Ruling.Settled settled -> settled;
                    case Ruling.ByArguments(ArgumentRule rule, Verdict then, Verdict otherwise) ->
                        new Ruling.ByArguments(
                                rule, then.passes() ? verdict : then, otherwise.passes() ? verdict : otherwise);
                    case Ruling.Watched(Ruling _, Ruling _) ->
                        throw new IllegalStateException("no decision of the table watches");
                })
                .orElseGet(() -> new Ruling.Settled(verdict));
    }
}
