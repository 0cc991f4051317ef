package dev.bailiwick.server.account.factor;

import com.eatthepath.otp.TimeBasedOneTimePasswordGenerator;
import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import javax.crypto.spec.SecretKeySpec;

/** One-time codes by RFC 6238, as every authenticator knows them: six digits, 30 seconds, SHA-1. */
final class OneTimeCodes {

    static final int KEY_BYTES = 20;
    static final Duration PERIOD = Duration.ofSeconds(30);

    /** How many periods the clock of an authenticator may be late or early. */
    private static final int TOLERANCE = 1;

    private static final Pattern FORM = Pattern.compile("[0-9]{6}");

    private final TimeBasedOneTimePasswordGenerator generator = new TimeBasedOneTimePasswordGenerator();

    static boolean isCode(String text) {
        return FORM.matcher(text).matches();
    }

    /**
     * Returns the latest period in which the code is right; empty if it is right neither now, nor in the periods before and after.
     * Takes as long for a wrong code as for a right one.
     */
    OptionalLong period(byte[] key, String code, Instant now) {
        long current = now.getEpochSecond() / PERIOD.toSeconds();
        OptionalLong found = OptionalLong.empty();
        for (long step = current - TOLERANCE; step <= current + TOLERANCE; step++) {
            if (MessageDigest.isEqual(bytes(code(key, step)), bytes(code))) {
                found = OptionalLong.of(step);
            }
        }
        return found;
    }

    private String code(byte[] key, long step) {
        try {
            return generator.generateOneTimePasswordString(
                    new SecretKeySpec(key, generator.getAlgorithm()), Instant.ofEpochSecond(step * PERIOD.toSeconds()));
        } catch (InvalidKeyException e) {
            throw new IllegalStateException("HMAC takes every key", e);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
