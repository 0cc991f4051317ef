package dev.bailiwick.agent.reconcile;

import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.syscall.Policy;
import dev.bailiwick.jail.syscall.PolicyOverride;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What is left of a definition at a moment: overrides end by themselves, also while no server can be reached. One that
 * makes no difference to the filter is left out too, so that no jail is started again for it.
 */
final class EffectiveDefinition {

    private EffectiveDefinition() {}

    /** The definition without overrides that have ended by {@code now} or repeat their profile's row. */
    static JailDefinition at(Instant now, JailDefinition definition) {
        Policy policy = definition.policy();
        List<PolicyOverride> standing = policy.departures(now);
        if (standing.size() == policy.overrides().size()) {
            return definition;
        }
        return definition.with(new Policy(policy.profile(), standing));
    }

    /** When the first of its overrides ends. */
    static Optional<Instant> nextExpiry(JailDefinition definition) {
        return definition.policy().overrides().stream()
                .flatMap(override -> override.until().stream())
                .min(Instant::compareTo);
    }
}
