package dev.bailiwick.server.account;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;

/**
 * A random secret as its holder presents it. It has 256 bits, so its plain SHA-256 can be stored and looked up by: there is nothing to
 * guess.
 */
public record Secret(String text) {

    private static final SecureRandom RANDOM = new SecureRandom();

    /** @param kind what secret scanners and people know it by, for example {@code bw_} */
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

    /** Enough to recognise it, too little to use. */
    public String prefix() {
        return text.substring(0, 8);
    }

    @Override
    public String toString() {
        return "a secret";
    }
}
