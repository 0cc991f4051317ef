package dev.bailiwick.agent.kernel;

import dev.bailiwick.jail.desired.PreviousFiles;
import java.util.OptionalLong;

/**
 * Whose the files of a jail are to be.
 *
 * @param customer who the jail belongs to; empty where that is not known, and then it can take over nobody's files
 * @param previous what happens to the files that the jail still has at another path
 * @param firstHostId the first id of the range that the jail's files bear as far as the server knows; empty where it does not
 */
public record FilesClaim(String customer, PreviousFiles previous, OptionalLong firstHostId) {

    public static final FilesClaim OF_NOBODY = new FilesClaim("", PreviousFiles.MOVED, OptionalLong.empty());
}
