package dev.bailiwick.jail.file;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A file in a jail, as it was at a moment.
 *
 * @param name as {@link FileName} writes it; empty for the root directory
 * @param size bytes
 * @param mode the permissions: 0 to 07777
 * @param owner the id of its user in the jail; empty if the jail has none
 * @param group the id of its group in the jail; empty if the jail has none
 * @param target where a link leads, as {@link FileName} writes it; empty for everything else
 * @param isMounted whether another file system is mounted there, which can only be seen from inside the jail
 * @param version differs whenever the file is another one or its content was written to; at most 64 characters. What comes before the first hyphen
 *     is the same for as long as it is the same file
 */
public record FileEntry(
        String name,
        FileKind kind,
        long size,
        int mode,
        OptionalInt owner,
        OptionalInt group,
        Instant modified,
        Optional<String> target,
        boolean isMounted,
        String version) {

    /** The first second of the year 1: a file can have any time, and not every reader of JSON reads all of them. */
    public static final long MIN_SECONDS = -62_135_596_800L;

    /** The last second of the year 9999. */
    public static final long MAX_SECONDS = 253_402_300_799L;

    /** Returns whether both are states of one file. */
    public boolean isSameFile(FileEntry other) {
        return version.split("-", 2)[0].equals(other.version.split("-", 2)[0]);
    }
}
