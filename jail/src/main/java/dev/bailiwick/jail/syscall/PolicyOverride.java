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

    /** Whether it counts at {@code now}: it has no end, or its end is still to come. */
    public boolean isInForce(Instant now) {
        return until.isEmpty() || now.isBefore(until.get());
    }
}
