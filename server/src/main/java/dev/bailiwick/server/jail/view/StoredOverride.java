package dev.bailiwick.server.jail.view;

import dev.bailiwick.jail.policy.OverrideDecision;
import dev.bailiwick.jail.policy.PolicyOverride;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An override, in the form in which the database stores it. */
public record StoredOverride(
        String call,
        String decision,
        String reason,
        String setBy,
        @Nullable Instant until) {

    public static StoredOverride of(PolicyOverride override) {
        return new StoredOverride(
                override.call(),
                override.decision().text(),
                override.reason(),
                override.setBy(),
                override.until().orElse(null));
    }

    PolicyOverride override() {
        return new PolicyOverride(call, OverrideDecision.parse(decision), reason, setBy, Optional.ofNullable(until));
    }
}
