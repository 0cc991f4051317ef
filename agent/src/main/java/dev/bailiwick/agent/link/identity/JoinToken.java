package dev.bailiwick.agent.link.identity;

import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The token that an operator gives to a new host: a one-time secret, and the fingerprint of the server's authority.
 *
 * @param text the whole token, as the host sends it to the server
 * @param authorityFingerprint SHA-256 of the authority's certificate in DER, lower-case hex
 */
public record JoinToken(String text, String authorityFingerprint) {

    private static final Pattern FORM = Pattern.compile("bwj_[A-Za-z0-9_-]{43}\\.([0-9a-f]{64})");

    /** @throws IllegalArgumentException if it is not a token; the message does not repeat it */
    public static JoinToken parse(String text) {
        Matcher matcher = FORM.matcher(text.strip());
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "This is not a join token: one starts with 'bwj_' and has 112 characters");
        }
        return new JoinToken(matcher.group(), matcher.group(1));
    }

    public byte[] fingerprintBytes() {
        return HexFormat.of().parseHex(authorityFingerprint);
    }

    /** Leaves out the secret, so that it never appears in a log. */
    @Override
    public String toString() {
        return "JoinToken[authority " + authorityFingerprint + "]";
    }
}
