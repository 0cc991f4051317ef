package dev.bailiwick.server.plan;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A plan with its latest version.
 *
 * @param retiredAt from when on no jail is put on it; null if it is sold
 */
public record Plan(
        PlanId id,
        String name,
        PlanVersion latest,
        Instant createdAt,
        @Nullable Instant retiredAt) {}
