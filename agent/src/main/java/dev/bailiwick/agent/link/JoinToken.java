package dev.bailiwick.agent.link;

import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What an operator hands to a new host: a one-time secret, and by which certificate the host will know its server.
 *
 * @param text the whole token, as the server wants it back
 * @param authorityFingerprint SHA-256 of the authority's certificate in DER, lower-case hex
 */
public record JoinToken(String text, String authorityFingerprint) {

    private static final Pattern FORM = Pattern.compile("bwj_[A-Za-z0-9_-]{43}\\.([0-9a-f]{64})");

    /** @throws IllegalArgumentException if it is not a token; the message does not repeat it */
    public static JoinToken parse(String text) {
        Matcher matcher = FORM.matcher(text.strip());
        if (!matcher.matches()) {
            throw new IllegalArgumentException("This is not a join token; one starts with 'bwj_' and is 112 long");
        }
        return new JoinToken(matcher.group(), matcher.group(1));
    }

    byte[] fingerprintBytes() {
        return HexFormat.of().parseHex(authorityFingerprint);
    }

    /** The secret stays out of logs. */
    @Override
    public String toString() {
        return "JoinToken[authority " + authorityFingerprint + "]";
    }
}
