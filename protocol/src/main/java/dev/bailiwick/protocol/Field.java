package dev.bailiwick.protocol;

import dev.bailiwick.jail.text.PlainText;
import dev.bailiwick.jail.validation.InvalidDefinition;
import dev.bailiwick.jail.validation.InvalidValue;
import java.util.OptionalLong;
import java.util.function.Supplier;

/** Reads single fields of messages; an error names the field. */
public final class Field {

    private static final long MAX_COUNTABLE = 1L << 53;

    private Field() {}

    static <T> T read(String name, Supplier<T> reading) {
        try {
            return reading.get();
        } catch (InvalidValue e) {
            throw new MalformedMessage(name + " " + e.reason(), e);
        } catch (InvalidDefinition e) {
            throw new MalformedMessage(name + " " + e.getMessage(), e);
        }
    }

    static long positive(String name, long value) {
        if (value < 1) {
            throw new MalformedMessage(name + " must be 1 to 2^63 - 1", null);
        }
        return value;
    }

    static long notNegative(String name, long value) {
        if (value < 0) {
            throw new MalformedMessage(name + " must be 0 to 2^63 - 1", null);
        }
        return value;
    }

    /** Checks a number from which somebody counts on or that somebody adds up, so that no sum exceeds 64 bits. */
    static long countable(String name, long value) {
        if (value < 0 || value > MAX_COUNTABLE) {
            throw new MalformedMessage(name + " must be 0 to 2^53", null);
        }
        return value;
    }

    static int notNegative(String name, int value) {
        if (value < 0) {
            throw new MalformedMessage(name + " must be 0 to 2^31 - 1", null);
        }
        return value;
    }

    /** Reads the first id of a range; empty for 0. */
    static OptionalLong hostId(String name, long value) {
        if (value < 0 || value >= 1L << 32) {
            throw new MalformedMessage(name + " must be 0 to 2^32 - 1", null);
        }
        return value == 0 ? OptionalLong.empty() : OptionalLong.of(value);
    }

    /**
     * Reads a text as {@linkplain PlainText plain text}. Agents of the previous version may send line breaks and marks of direction,
     * which are replaced; characters that no agent sends are rejected.
     *
     * @throws MalformedMessage naming the field, if the text is too long or has such a character
     */
    public static String text(String name, String value, int maximumCharacters) {
        if (value.length() > maximumCharacters) {
            throw new MalformedMessage(name + " is longer than " + maximumCharacters + " characters", null);
        }
        if (value.chars().anyMatch(c -> (c < 0x20 && c != '\n' && c != '\t') || c == 0x7f)) {
            throw new MalformedMessage(name + " contains a control character", null);
        }
        return PlainText.clean(value);
    }
}
