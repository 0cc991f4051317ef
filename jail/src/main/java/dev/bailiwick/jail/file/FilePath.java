package dev.bailiwick.jail.file;

import dev.bailiwick.jail.validation.InvalidValue;

/**
 * The path of a file in a jail, from its root directory.
 *
 * @param text as {@link FileName} writes it: absolute, without empty parts, {@code .} and {@code ..}, at most 4,095 bytes in all and 255 in
 *     each part
 */
public record FilePath(String text) {

    public static final FilePath ROOT = new FilePath("/");

    /** PATH_MAX of Linux, without the NUL. */
    public static final int MAX_BYTES = 4_095;

    /** NAME_MAX of Linux. */
    public static final int MAX_NAME_BYTES = 255;

    /** @throws InvalidValue if it is none, or is written in another way than {@link #parse} returns it */
    public FilePath {
        if (!checked(text).equals(text)) {
            throw new InvalidValue("is not written as the path of a file is");
        }
    }

    /**
     * Reads a path, which can have bytes written as {@code \x} that need not be.
     *
     * @throws InvalidValue if it is none
     */
    public static FilePath parse(String text) {
        return new FilePath(checked(text));
    }

    private static String checked(String text) {
        byte[] bytes = FileName.bytes(text);
        String same = FileName.text(bytes);
        if (!same.startsWith("/")) {
            throw new InvalidValue("must begin with a slash");
        }
        if (bytes.length > MAX_BYTES) {
            throw new InvalidValue("is longer than 4,095 bytes");
        }
        if (!same.equals("/")) {
            for (String part : same.substring(1).split("/", -1)) {
                requireName(part);
            }
        }
        return same;
    }

    private static void requireName(String part) {
        if (part.isEmpty() || part.equals(".") || part.equals("..")) {
            throw new InvalidValue("has a part that is empty, '.' or '..'");
        }
        if (FileName.bytes(part).length > MAX_NAME_BYTES) {
            throw new InvalidValue("has a part that is longer than 255 bytes");
        }
    }

    public boolean isRoot() {
        return text.equals("/");
    }

    /** Returns the last part; empty for the root. */
    public String name() {
        return text.substring(text.lastIndexOf('/') + 1);
    }

    /** Returns the directory above; the root for the root. */
    public FilePath parent() {
        int end = text.lastIndexOf('/');
        return end <= 0 ? ROOT : new FilePath(text.substring(0, end));
    }

    /**
     * Returns the path of an entry of this directory.
     *
     * @param name as {@link FileName} writes it
     * @throws InvalidValue if it is no name, or the path would be too long
     */
    public FilePath child(String name) {
        if (name.contains("/")) {
            throw new InvalidValue("must not contain a slash");
        }
        return parse(isRoot() ? "/" + name : text + "/" + name);
    }

    /** Returns whether this is the other path, or a path below it. */
    public boolean isWithin(FilePath other) {
        return other.isRoot() || text.equals(other.text) || text.startsWith(other.text + "/");
    }

    /** Returns the bytes for the kernel. */
    public byte[] bytes() {
        return FileName.bytes(text);
    }

    @Override
    public String toString() {
        return text;
    }
}
