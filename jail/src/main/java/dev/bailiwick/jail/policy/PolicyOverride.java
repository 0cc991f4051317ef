package dev.bailiwick.jail.policy;

import dev.bailiwick.jail.syscall.Profile;
import dev.bailiwick.jail.syscall.Ruling;
import dev.bailiwick.jail.syscall.Syscall;
import java.time.Instant;
import java.util.Optional;

/**
 * A decision that replaces the profile's for one system call with all arguments.
 *
 * @param call the system call's name in the table, for example {@code ptrace}
 * @param decision the decision instead of the profile's
 * @param reason the reason, for somebody who reads it in a year; not empty
 * @param setBy who set the override
 * @param until when the override ends by itself; empty for no end
 */
public record PolicyOverride(
        String call, OverrideDecision decision, String reason, String setBy, Optional<Instant> until) {

    /** Returns the same override, set by this user. */
    public PolicyOverride setBy(String user) {
        return new PolicyOverride(call, decision, reason, user, until);
    }

    /** Returns whether the override only watches; then another override may decide the call. */
    public boolean watches() {
        return decision instanceof OverrideDecision.Watch;
    }

    /** Returns the decision that this override watches; empty if it does not watch. */
    public Optional<Ruling> staged(Syscall row) {
        return switch (decision) {
            case OverrideDecision.Watch(OverrideDecision.Staged.Row(Profile profile)) ->
                Optional.of(row.decision(profile).ruling().afterKernel(row.under(profile)));
            case OverrideDecision.Watch(OverrideDecision.Staged.Refusal(OverrideDecision refusal)) ->
                Optional.of(Policy.ruling(row, refusal));
            case OverrideDecision.Allow(),
                    OverrideDecision.Log(),
                    OverrideDecision.Kill(),
                    OverrideDecision.Deny(String _) -> Optional.empty();
        };
    }

    /** Returns whether the override counts at {@code now}: it has no end, or its end is later. */
    public boolean isInForce(Instant now) {
        return until.isEmpty() || now.isBefore(until.get());
    }
}
