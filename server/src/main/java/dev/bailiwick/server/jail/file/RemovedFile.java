package dev.bailiwick.server.jail.file;

import dev.bailiwick.jail.file.FilePath;
import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.server.problem.InvalidRequest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A file that was removed on a page and can be restored: it is in a hidden directory of its own, beside the place where it was, with its
 * name. A person may have put it there as well.
 *
 * @param path where the file is now
 */
record RemovedFile(FilePath path) {

    private static final String PREFIX = ".bailiwick-undo-";
    private static final Pattern HOLDER = Pattern.compile(Pattern.quote(PREFIX) + "[0-9a-f]{16}");
    private static final SecureRandom RANDOM = new SecureRandom();

    /**
     * Returns a file that is removed from a path.
     *
     * @throws InvalidRequest if the path is so long that there is no room for the directory in it
     */
    static RemovedFile from(FilePath path) {
        byte[] number = new byte[8];
        RANDOM.nextBytes(number);
        try {
            return new RemovedFile(path.parent()
                    .child(PREFIX + HexFormat.of().formatHex(number))
                    .child(path.name()));
        } catch (InvalidValue tooLong) {
            throw new InvalidRequest("/path", "is too long for an undo: delete the file for good instead");
        }
    }

    /** Returns the removed file that is at a path; empty if none was moved there. */
    static Optional<RemovedFile> at(FilePath path) {
        return !path.isRoot() && isHolder(path.parent().name()) ? Optional.of(new RemovedFile(path)) : Optional.empty();
    }

    /** Whether a directory with this name holds removed files. */
    static boolean isHolder(String name) {
        return HOLDER.matcher(name).matches();
    }

    FilePath holder() {
        return path.parent();
    }

    /** Returns where the file was. */
    FilePath origin() {
        return holder().parent().child(path.name());
    }
}
