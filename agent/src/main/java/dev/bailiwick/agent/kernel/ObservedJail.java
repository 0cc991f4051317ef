package dev.bailiwick.agent.kernel;

import dev.bailiwick.jail.JailId;
import java.time.Instant;
import java.util.OptionalInt;

/**
 * One jail as the kernel shows it.
 *
 * @param generation the definition's generation it was started or confirmed with
 * @param fingerprint what its starter said of the definition, so that a later agent can tell whether it still fits
 * @param initPid its init in the host's numbering; empty where nothing runs and only remains are left
 * @param startedAt when its init was executed
 */
public record ObservedJail(JailId id, long generation, String fingerprint, OptionalInt initPid, Instant startedAt) {

    public boolean isRunning() {
        return initPid.isPresent();
    }
}
