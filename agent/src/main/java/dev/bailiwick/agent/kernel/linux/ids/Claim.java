package dev.bailiwick.agent.kernel.linux.ids;

import dev.bailiwick.jail.JailId;
import java.util.Optional;

/** What came of a jail's claim to a directory for its files. */
public sealed interface Claim {

    /**
     * The directory and the range are the jail's.
     *
     * @param isNew no record gave the directory to the jail before
     * @param predecessor the jail that left these files, where this one has just taken them over
     */
    record Granted(IdRange range, boolean isNew, Optional<JailId> predecessor) implements Claim {}

    /** The jail's files are still in another directory. */
    record Elsewhere(String path) implements Claim {}
}
