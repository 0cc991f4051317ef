package dev.bailiwick.server.jail.page.form;

import dev.bailiwick.jail.text.PlainText;
import dev.bailiwick.jail.validation.InvalidValue;
import java.util.Locale;

/**
 * Texts between {@code $'} and {@code '}, in which a backslash begins an escape for each character that cannot be seen or typed:
 * the dollar-single-quotes of POSIX.1-2024 and bash.
 */
final class DollarQuotes {

    static final String START = "$'";

    private static final String ESCAPED = "abeEfnrtv\\'\"?";
    private static final String MEANT = "\u0007\b\u001b\u001b\f\n\r\t\u000b\\'\"?";

    /** A byte of a character that takes several in UTF-8 begins here. */
    private static final int NOT_ASCII = 0x80;

    private final String text;
    private final StringBuilder read = new StringBuilder();
    private int at;

    private DollarQuotes(String text, int start) {
        this.text = text;
        this.at = start + START.length();
    }

    /** @param end the index after the closing quote */
    record Quoted(String value, int end) {}

    /** Returns the text between quotes, on one line. */
    static String quote(String text) {
        StringBuilder quoted = new StringBuilder(START);
        text.codePoints().forEach(c -> {
            switch (c) {
                case '\n' -> quoted.append("\\n");
                case '\r' -> quoted.append("\\r");
                case '\t' -> quoted.append("\\t");
                case '\\', '\'' -> quoted.append('\\').appendCodePoint(c);
                default -> {
                    if (c < ' ') {
                        quoted.append(String.format(Locale.ROOT, "\\x%02x", c));
                    } else if (PlainText.fault(Character.toString(c)).isPresent()) {
                        quoted.append(String.format(Locale.ROOT, "\\u%04x", c));
                    } else {
                        quoted.appendCodePoint(c);
                    }
                }
            }
        });
        return quoted.append('\'').toString();
    }

    /**
     * Reads the quoted text that begins at {@code start}, with {@link #START}.
     *
     * @throws InvalidValue if there is no closing quote, or an escape means no character
     */
    static Quoted read(String text, int start) {
        return new DollarQuotes(text, start).read();
    }

    private Quoted read() {
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (c == '\'') {
                return new Quoted(read.toString(), at);
            }
            if (c == '\\') {
                escape();
            } else {
                read.append(c);
            }
        }
        throw new InvalidValue("begins with $' and has no closing quote");
    }

    private void escape() {
        char kind = at < text.length() ? text.charAt(at++) : '\'';
        int simple = ESCAPED.indexOf(kind);
        if (simple >= 0) {
            read.append(MEANT.charAt(simple));
            return;
        }
        switch (kind) {
            case 'x' -> ascii(number(16, 2));
            case 'u' -> read.appendCodePoint(number(16, 4));
            case 'U' -> read.appendCodePoint(valid(number(16, 8)));
            case '0', '1', '2', '3', '4', '5', '6', '7' -> {
                at--;
                ascii(number(8, 3));
            }
            default ->
                throw new InvalidValue(
                        "has \\" + PlainText.clean(String.valueOf(kind)) + " between $' and ', which is no escape");
        }
    }

    private void ascii(int value) {
        if (value >= NOT_ASCII) {
            throw new InvalidValue("has an escape for a byte above 7f; write \\u and the character's four digits");
        }
        read.append((char) value);
    }

    private static int valid(int value) {
        if (!Character.isValidCodePoint(value)) {
            throw new InvalidValue("has an escape for a character that does not exist");
        }
        return value;
    }

    private int number(int radix, int maximumDigits) {
        int start = at;
        long value = 0;
        while (at < text.length() && at - start < maximumDigits && Character.digit(text.charAt(at), radix) >= 0) {
            value = value * radix + Character.digit(text.charAt(at++), radix);
        }
        if (at == start) {
            throw new InvalidValue("has an escape without digits between $' and '");
        }
        return (int) Math.min(value, Integer.MAX_VALUE);
    }
}
