package dev.bailiwick.jail.text;

import dev.bailiwick.jail.validation.InvalidValue;
import java.util.Locale;
import java.util.Optional;

/**
 * Text for people, on one line: names, reasons, descriptions, paths, searches. It contains no character that ends a line, changes
 * the direction of text, or cannot be stored in a database. So in a log, on a terminal or on a page it stays one line, and is shown
 * as it was written.
 */
public final class PlainText {

    private static final int REPLACEMENT = 0xfffd;
    private static final int MAX_QUOTED = 64;

    private PlainText() {}

    /** Returns why the text is not plain, as a predicate that names the first invalid character; empty if it is plain. */
    public static Optional<String> fault(String text) {
        return text.codePoints()
                .filter(PlainText::isForbidden)
                .mapToObj(c -> String.format(Locale.ROOT, "must not contain the character U+%04X: %s", c, kind(c)))
                .findFirst();
    }

    /** @throws InvalidValue if the text is not plain */
    public static String require(String text) {
        fault(text).ifPresent(fault -> {
            throw new InvalidValue(fault);
        });
        return text;
    }

    /** Returns the text with a space in place of each line break and tab, and U+FFFD in place of each other invalid character. */
    public static String clean(String text) {
        if (fault(text).isEmpty()) {
            return text;
        }
        StringBuilder cleaned = new StringBuilder(text.length());
        text.codePoints().map(PlainText::clean).forEach(cleaned::appendCodePoint);
        return cleaned.toString();
    }

    /**
     * Returns the {@linkplain #clean cleaned} text. A text that is longer than {@code maximumCharacters} is cut and ends with an
     * ellipsis.
     */
    public static String truncate(String text, int maximumCharacters) {
        return clean(text.length() <= maximumCharacters ? text : text.substring(0, maximumCharacters - 1) + "…");
    }

    /** Returns an invalid text for an error message: {@linkplain #truncate cut} to 64 characters, between apostrophes. */
    public static String quote(String text) {
        return "'" + truncate(text, MAX_QUOTED) + "'";
    }

    private static int clean(int c) {
        if (c == '\n' || c == '\r' || c == '\t') {
            return ' ';
        }
        return isForbidden(c) ? REPLACEMENT : c;
    }

    /** Returns whether plain text must not contain the code point. Only a lone surrogate is a code point of its own in Java. */
    private static boolean isForbidden(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL, Character.SURROGATE, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR ->
                true;
            default -> isOfDirection(c);
        };
    }

    /** Returns whether the code point has the Unicode property Bidi_Control (UAX 9). */
    private static boolean isOfDirection(int c) {
        return c == 0x061c
                || c == 0x200e
                || c == 0x200f
                || (c >= 0x202a && c <= 0x202e)
                || (c >= 0x2066 && c <= 0x2069);
    }

    private static String kind(int c) {
        if (isOfDirection(c)) {
            return "it changes the direction of text";
        }
        return Character.getType(c) == Character.SURROGATE
                ? "it is half a character"
                : "it is a control character or ends a line";
    }
}
