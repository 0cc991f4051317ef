package dev.bailiwick.jail.syscall;

import java.time.Instant;
import java.util.Optional;

/**
 * A departure from the profile for one system call, whatever its arguments.
 *
 * @param call the system call's name in the table, for example {@code ptrace}
 * @param decision what to do instead
 * @param reason why, for whoever reads it in a year; not empty
 * @param setBy who decided it
 * @param until when it ends by itself, if it does
 */
public record PolicyOverride(
        String call, OverrideDecision decision, String reason, String setBy, Optional<Instant> until) {

    /** Whether it only watches: then it stands beside the one that decides. */
    public boolean watches() {
        return decision instanceof OverrideDecision.Watch;
    }

    /** What would be decided about the call if what this watches were in force; empty where it does not watch. */
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

    /** Whether it counts at {@code now}: it has no end, or its end is still to come. */
    public boolean isInForce(Instant now) {
        return until.isEmpty() || now.isBefore(until.get());
    }
}
