package dev.bailiwick.agent.kernel;

import dev.bailiwick.jail.desired.PreviousFiles;
import java.util.OptionalLong;

/**
 * A claim on the files of a jail: the customer who is to own them.
 *
 * @param customer the jail's customer; empty if unknown, and then the jail cannot take over anybody's files
 * @param previous what happens to files that the jail still has at another path
 * @param firstHostId the first id of the range that owns the jail's files, as the server knows it; empty if the server does not know
 */
public record FilesClaim(String customer, PreviousFiles previous, OptionalLong firstHostId) {

    public static final FilesClaim OF_NOBODY = new FilesClaim("", PreviousFiles.MOVED, OptionalLong.empty());
}
