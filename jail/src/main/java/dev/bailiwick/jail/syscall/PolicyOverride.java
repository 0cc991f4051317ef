package dev.bailiwick.jail.syscall;

import java.time.Instant;
import java.util.Optional;

/**
 * A decision that replaces the profile's for one system call, whatever its arguments.
 *
 * @param call the system call's name in the table, for example {@code ptrace}
 * @param decision the decision instead of the profile's
 * @param reason the reason, for somebody who reads it in a year; not empty
 * @param setBy who decided it
 * @param until when it ends by itself; empty if it does not
 */
public record PolicyOverride(
        String call, OverrideDecision decision, String reason, String setBy, Optional<Instant> until) {

    /** Whether it only watches; then another override may decide the call. */
    public boolean watches() {
        return decision instanceof OverrideDecision.Watch;
    }

    /** The decision that this override watches; empty if it does not watch. */
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

    /** Whether it counts at {@code now}: it has no end, or its end is in the future. */
    public boolean isInForce(Instant now) {
        return until.isEmpty() || now.isBefore(until.get());
    }
}
