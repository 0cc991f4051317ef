package dev.bailiwick.jail;

import java.util.Locale;
import java.util.Optional;

/**
 * Text for people, on one line: names, reasons, descriptions, paths, searches. It contains no character that ends a line, changes
 * the order in which text is shown, or cannot be stored in a database. So a line of a log, a terminal or a page stays one line, and
 * shows the text as it was written.
 */
public final class PlainText {

    private static final int REPLACEMENT = 0xfffd;
    private static final int MAX_QUOTED = 64;

    private PlainText() {}

    /** Why the text is not plain, as a predicate that names the first invalid character; empty if it is plain. */
    public static Optional<String> fault(String text) {
        return text.codePoints()
                .filter(PlainText::isForbidden)
                .mapToObj(c -> String.format(Locale.ROOT, "must not contain the character U+%04X: %s", c, kind(c)))
                .findFirst();
    }

    /** @throws InvalidValue if the text is not plain */
    public static String checked(String text) {
        fault(text).ifPresent(fault -> {
            throw new InvalidValue(fault);
        });
        return text;
    }

    /**
     * The same text if it is plain; otherwise with a space for each end of a line or tab, and U+FFFD for each other invalid
     * character.
     */
    public static String cleaned(String text) {
        if (fault(text).isEmpty()) {
            return text;
        }
        StringBuilder cleaned = new StringBuilder(text.length());
        text.codePoints().map(PlainText::clean).forEach(cleaned::appendCodePoint);
        return cleaned.toString();
    }

    /**
     * The {@linkplain #cleaned cleaned} text; if it is longer than {@code maximumCharacters}, it is cut and ends with an ellipsis.
     */
    public static String fitted(String text, int maximumCharacters) {
        return cleaned(text.length() <= maximumCharacters ? text : text.substring(0, maximumCharacters - 1) + "…");
    }

    /** A text that cannot be taken, for the message that says so: {@linkplain #fitted fitted} to 64 characters, between apostrophes. */
    public static String quoted(String text) {
        return "'" + fitted(text, MAX_QUOTED) + "'";
    }

    private static int clean(int c) {
        if (c == '\n' || c == '\r' || c == '\t') {
            return ' ';
        }
        return isForbidden(c) ? REPLACEMENT : c;
    }

    /** Java does not count a surrogate in a pair as a character, so only lone surrogates are found. */
    private static boolean isForbidden(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL, Character.SURROGATE, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR ->
                true;
            default -> isOfDirection(c);
        };
    }

    /** The characters of Unicode with the property Bidi_Control (UAX 9). */
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
