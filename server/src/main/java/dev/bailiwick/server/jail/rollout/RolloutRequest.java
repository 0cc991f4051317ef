package dev.bailiwick.server.jail.rollout;

import dev.bailiwick.jail.draft.PolicyDraft;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A rollout, as a client requests it.
 *
 * @param jails ids, in the order of the rollout
 * @param policy the new policy of each jail; without it, the jails are only restarted
 * @param within the time for each jail to run again; by default 30 s
 */
record RolloutRequest(
        @Schema(requiredMode = Schema.RequiredMode.REQUIRED) @Nullable
        List<@Nullable String> jails,

        @Nullable PolicyDraft policy,
        @Schema(example = "30s") @Nullable String within) {}
