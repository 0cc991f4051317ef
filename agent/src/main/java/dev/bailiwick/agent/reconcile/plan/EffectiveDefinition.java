package dev.bailiwick.agent.reconcile.plan;

import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.policy.Policy;
import dev.bailiwick.jail.policy.PolicyOverride;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The definition that applies at a moment, without the overrides that have expired. These expire also while the server is
 * unreachable. Overrides that do not change the filter are left out too, so that no jail restarts because of them.
 */
public final class EffectiveDefinition {

    private EffectiveDefinition() {}

    /** Returns the definition without the overrides that have expired by {@code now} or repeat their profile's row. */
    static JailDefinition at(Instant now, JailDefinition definition) {
        Policy policy = definition.policy();
        List<PolicyOverride> standing = policy.departures(now);
        if (standing.size() == policy.overrides().size()) {
            return definition;
        }
        return definition.with(new Policy(policy.profile(), standing));
    }

    /** Returns when the first override expires; empty if none does. */
    static Optional<Instant> nextExpiry(JailDefinition definition) {
        return definition.policy().overrides().stream()
                .flatMap(override -> override.until().stream())
                .min(Instant::compareTo);
    }
}
