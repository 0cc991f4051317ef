package dev.bailiwick.server.jail.rest;

import dev.bailiwick.jail.draft.PolicyDraft;
import dev.bailiwick.jail.draft.PolicyDraft.OverrideDraft;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A policy to simulate. Every component may be missing.
 *
 * @param profile by default {@code hosting}
 * @param overrides as those of a jail, but they need no reason
 * @param calls the calls to explain
 * @param against the policy to compare with; by default the policy of the jail or, without a jail, the profile alone
 * @param jail the id of a jail; the answer says whether the policy would restart it
 * @param architecture {@code x86_64} or {@code aarch64}; by default that of the jail's host, or x86_64
 */
record SimulationRequest(
        @Schema(example = "hosting") @Nullable String profile,
        @Nullable List<@Nullable OverrideDraft> overrides,
        @Nullable List<CallRequest> calls,
        @Nullable PolicyDraft against,
        @Nullable String jail,
        @Nullable String architecture) {

    /** @param args numbers, or texts such as {@code 0x1f} */
    record CallRequest(@Nullable String call, @Nullable List<@Nullable String> args) {}
}
