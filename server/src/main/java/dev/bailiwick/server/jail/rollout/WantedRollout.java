package dev.bailiwick.server.jail.rollout;

import dev.bailiwick.jail.PolicyDraft;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Jails to go through one after another.
 *
 * @param jails ids, in the order to go in
 * @param policy for each of them; without it they are only restarted
 * @param within how long each has to come back, by default 30 s
 */
record WantedRollout(
        @Nullable List<@Nullable String> jails,
        @Nullable PolicyDraft policy,
        @Schema(example = "30s") @Nullable String within) {}
