package dev.bailiwick.server.mail;

import com.fasterxml.jackson.annotation.JsonValue;
import jakarta.mail.internet.AddressException;
import jakarta.mail.internet.InternetAddress;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * An address of e-mail, such as {@code ada@example.com}: ASCII, at most 254 characters, without a display name, quotes or a bracketed
 * host (RFC 5321 allows more, and hardly anybody has it). The domain is in lower case.
 */
public record EmailAddress(@JsonValue String text) {

    /** What an address must be, for a message that names the field. */
    public static final String RULE = "must be an e-mail address such as ada@example.com, of at most 254 characters";

    private static final Pattern FORM = Pattern.compile(
            "[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\\.)+[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])");

    private static final int MAX_LENGTH = 254;

    /** @throws IllegalArgumentException if the text is no address in its normal form */
    public EmailAddress {
        if (!parse(text).equals(Optional.of(text))) {
            throw new IllegalArgumentException("not an e-mail address: " + text);
        }
    }

    /** Reads an address; empty if the text is none. */
    public static Optional<EmailAddress> of(String text) {
        return parse(text).map(EmailAddress::new);
    }

    private static Optional<String> parse(String text) {
        if (text.length() > MAX_LENGTH || !FORM.matcher(text).matches()) {
            return Optional.empty();
        }
        try {
            new InternetAddress(text, true).validate();
        } catch (AddressException e) {
            return Optional.empty();
        }
        int at = text.lastIndexOf('@');
        return Optional.of(text.substring(0, at) + text.substring(at).toLowerCase(Locale.ROOT));
    }

    @Override
    public String toString() {
        return text;
    }
}
