package dev.bailiwick.jail.file;

import dev.bailiwick.jail.validation.InvalidValue;
import java.util.Arrays;

/** A part of the content of a file. */
public final class FileBytes {

    /** The maximum of one part. */
    public static final int MAX = 40 << 10;

    public static final FileBytes NONE = new FileBytes(new byte[0]);

    private final byte[] bytes;

    /** @throws InvalidValue if there are more than {@link #MAX} */
    public FileBytes(byte[] bytes) {
        if (bytes.length > MAX) {
            throw new InvalidValue("has more than 40,960 bytes");
        }
        this.bytes = bytes.clone();
    }

    public int length() {
        return bytes.length;
    }

    public byte[] bytes() {
        return bytes.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof FileBytes that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return bytes.length + " bytes";
    }
}
