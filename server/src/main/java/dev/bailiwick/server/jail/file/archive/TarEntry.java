package dev.bailiwick.server.jail.file.archive;

import java.io.InputStream;

/**
 * An entry of an archive.
 *
 * @param name as it is written there, as {@code FileName} writes it
 * @param mode 0 to 07777
 * @param target of a symbolic link, or the name of the file of which this is another name; empty for everything else
 * @param content of a file; to be read before the next entry
 */
public record TarEntry(
        String name, Kind kind, int mode, int owner, int group, String target, long size, InputStream content) {

    /** What is unpacked. */
    public enum Kind {
        FILE,
        DIRECTORY,
        SYMBOLIC_LINK,
        HARD_LINK
    }
}
