package dev.bailiwick.agent.kernel.linux.ids;

import dev.bailiwick.jail.JailId;
import java.util.Optional;

/** The result of a jail's claim to a directory for its files. */
public sealed interface ClaimResult {

    /**
     * The directory and the range belong to the jail.
     *
     * @param isNew whether the directory was not recorded for the jail before
     * @param predecessor the jail that left these files, if this jail has just taken them over
     */
    record Granted(IdRange range, boolean isNew, Optional<JailId> predecessor) implements ClaimResult {}

    /** The jail's files are still in another directory. */
    record Elsewhere(String path) implements ClaimResult {}
}
