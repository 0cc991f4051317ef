package dev.bailiwick.server.account.factor;

import static org.awaitility.Awaitility.await;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.time.Instant;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.util.encoders.Base32;

/** An authenticator as on a phone, written after RFC 4226 and RFC 6238, and not with the library that the server uses. */
public final class Authenticator {

    private static final int PERIOD = 30;

    private final byte[] key;

    private Authenticator(byte[] key) {
        this.key = key;
    }

    /** @param text the key in base32; spaces do not count */
    public static Authenticator with(String text) {
        return new Authenticator(Base32.decode(text.replace(" ", "")));
    }

    static Authenticator withBytes(byte[] key) {
        return new Authenticator(key);
    }

    /** Returns the code that is shown now, or so many periods later. An earlier one stays right for a few seconds. */
    public String code(int later) {
        if (later < 0) {
            await().until(() -> Instant.now().getEpochSecond() % PERIOD < PERIOD - 3);
        }
        return code(Instant.now().plusSeconds((long) later * PERIOD), 6);
    }

    String code(Instant at, int digits) {
        try {
            Mac mac = Mac.getInstance("HmacSHA1");
            mac.init(new SecretKeySpec(key, "HmacSHA1"));
            byte[] hash = mac.doFinal(ByteBuffer.allocate(Long.BYTES)
                    .putLong(at.getEpochSecond() / PERIOD)
                    .array());
            int offset = hash[hash.length - 1] & 0xf;
            int bits = ByteBuffer.wrap(hash, offset, Integer.BYTES).getInt() & Integer.MAX_VALUE;
            String all = "%010d".formatted(bits);
            return all.substring(all.length() - digits);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
