package dev.bailiwick.jail.syscall;

import java.util.List;

/** A profile and the overrides of one jail. */
public record Policy(Profile profile, List<PolicyOverride> overrides) {

    public Policy {
        overrides = List.copyOf(overrides);
    }

    public static Policy of(Profile profile) {
        return new Policy(profile, List.of());
    }
}
