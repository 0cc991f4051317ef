package dev.bailiwick.agent.kernel;

import dev.bailiwick.jail.JailId;
import java.time.Instant;
import java.util.OptionalInt;

/**
 * A jail as the kernel shows it.
 *
 * @param generation the generation of the definition that the jail was started with, or that was confirmed last
 * @param fingerprint the fingerprint given at the start; a later agent compares it with the definition
 * @param initPid the init's process id in the host's numbering; empty if no process runs and only other parts are left
 * @param startedAt the time at which the init was executed
 */
public record ObservedJail(JailId id, long generation, String fingerprint, OptionalInt initPid, Instant startedAt) {

    public boolean isRunning() {
        return initPid.isPresent();
    }
}
