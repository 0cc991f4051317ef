package dev.bailiwick.agent.kernel;

import dev.bailiwick.jail.syscall.Profile;
import java.util.Optional;

/**
 * What is left of a jail whose init has ended, and may say why.
 *
 * @param profile the profile that it ran with; empty if unknown
 * @param command the path of its init; "" if unknown
 * @param output the end of what it wrote during its last run; its programs chose this text, so it is not trusted
 * @param memoryKills how many of its processes the kernel killed because the jail had reached its own limit of memory
 * @param refusedForks how many new processes or threads the kernel refused because the jail had too many
 */
public record EndEvidence(
        Optional<Profile> profile, String command, String output, long memoryKills, long refusedForks) {

    public static final EndEvidence NONE = new EndEvidence(Optional.empty(), "", "", 0, 0);

    /** The maximum number of bytes of {@link #output}. */
    public static final int OUTPUT_BYTES = 8 << 10;
}
