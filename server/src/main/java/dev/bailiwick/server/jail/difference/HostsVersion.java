package dev.bailiwick.server.jail.difference;

import dev.bailiwick.jail.Desired;
import dev.bailiwick.jail.Held;
import dev.bailiwick.jail.JailId;
import java.time.Instant;
import java.util.Optional;

/**
 * A jail about which its host does not follow the server.
 *
 * @param generation of what the host has
 * @param above the host follows again with a generation above this one
 * @param has empty where all that the host knows is that the jail runs
 * @param choice what an operator has said and the host is yet to do, or that it is to stay so; empty until then
 */
record HostsVersion(
        JailId jail,
        Held.Kind kind,
        long generation,
        long above,
        Optional<Desired> has,
        Optional<Choice> choice,
        Instant seenAt) {}
