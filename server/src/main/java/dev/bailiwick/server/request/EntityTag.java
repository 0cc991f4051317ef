package dev.bailiwick.server.request;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Creates ETags that {@link IfMatch} reads. */
public final class EntityTag {

    private static final int BYTES = 6;

    private EntityTag() {}

    /** Returns the tag of an object that changes only with its version. */
    public static String of(long version) {
        return "\"" + version + "\"";
    }

    /**
     * Returns the tag of an object with a version and a state.
     *
     * @param state the part of the object that can change without a new version; compared by its text
     */
    public static String of(long version, Object state) {
        try {
            byte[] hash =
                    MessageDigest.getInstance("SHA-256").digest(state.toString().getBytes(StandardCharsets.UTF_8));
            return "\"" + version + "-" + HexFormat.of().formatHex(hash, 0, BYTES) + "\"";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }
}
