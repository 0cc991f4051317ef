package dev.bailiwick.server.jail.difference;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.desired.DesiredJail;
import dev.bailiwick.jail.desired.Hold;
import java.time.Instant;
import java.util.Optional;

/**
 * The host's version of a jail that differs between the host and the server.
 *
 * @param generation the generation of the host's version
 * @param above the host follows the server again at a generation above this one
 * @param has the host's version; empty if the host only knows that the jail runs
 * @param choice the decision that the host has yet to carry out, or {@code KEEP}; empty before a decision
 */
record DifferingJail(
        JailId jail,
        Hold.Kind kind,
        long generation,
        long above,
        Optional<DesiredJail> has,
        Optional<Choice> choice,
        Instant seenAt) {}
