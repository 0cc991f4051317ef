package dev.bailiwick.jail.syscall;

import dev.bailiwick.jail.InvalidDefinition;
import dev.bailiwick.jail.Violation;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** A profile and the overrides of one jail; at most one override for a call, none below the floor. */
public record Policy(Profile profile, List<PolicyOverride> overrides) {

    /** @throws InvalidDefinition naming every override that can not stand, with pointers such as {@code /overrides/0/call} */
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

    /** The override of this call that counts at {@code now}. */
    public Optional<PolicyOverride> override(Syscall call, Instant now) {
        return overrides.stream()
                .filter(o -> o.call().equals(call.name()) && o.isInForce(now))
                .findFirst();
    }

    /**
     * What the filter does about this call at {@code now}: the profile's decision, unless an override is in force; an
     * override that lets pass never passes what the floor refuses.
     */
    public Ruling ruling(Syscall call, Instant now) {
        return override(call, now)
                .map(o -> ruling(call, o.decision()))
                .orElseGet(() -> call.decision(profile).ruling());
    }

    /**
     * The overrides that shape the filter at {@code now}: they are in force and do not merely repeat their profile's row.
     * Two policies of one profile with the same calls and decisions here compile to the same filter.
     */
    public List<PolicyOverride> departures(Instant now) {
        return overrides.stream()
                .filter(o -> o.isInForce(now))
                .filter(o -> SyscallTable.linux()
                        .find(o.call())
                        .filter(call ->
                                !ruling(call, now).equals(call.decision(profile).ruling()))
                        .isPresent())
                .toList();
    }

    private static Ruling ruling(Syscall call, OverrideDecision decision) {
        return switch (decision) {
            case OverrideDecision.Allow() -> aboveFloor(call, new Verdict.Allow());
            case OverrideDecision.Log() -> aboveFloor(call, new Verdict.Log());
            case OverrideDecision.Deny deny -> new Ruling.Settled(new Verdict.Deny(deny.known()));
            case OverrideDecision.Kill() -> new Ruling.Settled(new Verdict.Kill());
        };
    }

    private static Ruling aboveFloor(Syscall call, Verdict verdict) {
        return call.floor()
                .map(floor -> switch (floor.ruling()) {
                    case Ruling.Settled settled -> settled;
                    case Ruling.ByArguments(ArgumentRule rule, Verdict then, Verdict otherwise) ->
                        new Ruling.ByArguments(rule, verdict, otherwise);
                })
                .orElseGet(() -> new Ruling.Settled(verdict));
    }
}
