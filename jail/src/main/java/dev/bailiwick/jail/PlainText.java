package dev.bailiwick.jail;

import java.util.Locale;
import java.util.Optional;

/**
 * Text for people, on one line: names, reasons, descriptions, paths, searches. It holds nothing that ends a line, that changes the order
 * in which the rest is shown, or that no database holds; so one line of a log, a terminal or a page stays one line and says what is
 * written there.
 */
public final class PlainText {

    private static final int REPLACEMENT = 0xfffd;

    private PlainText() {}

    /** Why the text cannot be taken, as a predicate that names the first character at fault; empty where it can. */
    public static Optional<String> fault(String text) {
        return text.codePoints()
                .filter(PlainText::isForbidden)
                .mapToObj(c -> String.format(Locale.ROOT, "must not contain the character U+%04X: %s", c, kind(c)))
                .findFirst();
    }

    /** @throws InvalidValue if the text cannot be taken */
    public static String checked(String text) {
        fault(text).ifPresent(fault -> {
            throw new InvalidValue(fault);
        });
        return text;
    }

    /** The same text where it can be taken; otherwise with a space for each end of a line or tab, and U+FFFD for what else cannot. */
    public static String cleaned(String text) {
        if (fault(text).isEmpty()) {
            return text;
        }
        StringBuilder cleaned = new StringBuilder(text.length());
        text.codePoints().map(PlainText::clean).forEach(cleaned::appendCodePoint);
        return cleaned.toString();
    }

    private static int clean(int c) {
        if (c == '\n' || c == '\r' || c == '\t') {
            return ' ';
        }
        return isForbidden(c) ? REPLACEMENT : c;
    }

    /** Java counts a surrogate of a pair as no character of its own: what is left of them are lone ones. */
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
