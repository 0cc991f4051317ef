package dev.bailiwick.server.account;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;

/**
 * A random secret in plain text. It has 256 bits and cannot be guessed, so a plain SHA-256 is enough to store it and to find it.
 */
public record Secret(String text) {

    private static final SecureRandom RANDOM = new SecureRandom();

    /**
     * Creates a secret.
     *
     * @param kind a prefix by which people and secret scanners recognise it, for example {@code bw_}
     */
    public static Secret fresh(String kind) {
        byte[] bits = new byte[32];
        RANDOM.nextBytes(bits);
        return new Secret(kind + Base64.getUrlEncoder().withoutPadding().encodeToString(bits));
    }

    public byte[] hash() {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }

    /** Returns the first characters: enough to recognise the secret, too few to use it. */
    public String prefix() {
        return text.substring(0, 8);
    }

    @Override
    public String toString() {
        return "a secret";
    }
}
