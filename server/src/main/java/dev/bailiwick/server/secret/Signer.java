package dev.bailiwick.server.secret;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.SecretKey;

/** Signs text that browsers keep for the server, with HMAC-SHA256: browsers can read the text, but cannot create or change it. */
public final class Signer {

    private static final char SEPARATOR = '.';

    private final SecretKey key;

    Signer(SecretKey key) {
        this.key = key;
    }

    /**
     * Signs a text.
     *
     * @param context the context of the text, without a NUL; the signature is valid only in the same context
     * @return the text and its signature; the signature has only characters that a cookie may have
     */
    public String sign(String text, String context) {
        return text + SEPARATOR + Base64.getUrlEncoder().withoutPadding().encodeToString(mac(text, context));
    }

    /** Returns the text that was signed; empty if this installation did not sign it in this context. */
    public Optional<String> verify(String signed, String context) {
        int end = signed.lastIndexOf(SEPARATOR);
        if (end < 0) {
            return Optional.empty();
        }
        String text = signed.substring(0, end);
        try {
            byte[] signature = Base64.getUrlDecoder().decode(signed.substring(end + 1));
            return MessageDigest.isEqual(signature, mac(text, context)) ? Optional.of(text) : Optional.empty();
        } catch (IllegalArgumentException notBase64) {
            return Optional.empty();
        }
    }

    private byte[] mac(String text, String context) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(key);
            mac.update(context.getBytes(StandardCharsets.UTF_8));
            mac.update((byte) 0);
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java has HmacSHA256", e);
        }
    }
}
