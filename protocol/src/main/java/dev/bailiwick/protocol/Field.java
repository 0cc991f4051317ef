package dev.bailiwick.protocol;

import dev.bailiwick.jail.InvalidDefinition;
import dev.bailiwick.jail.InvalidValue;
import java.util.function.Supplier;

/** Reads single fields of what a peer sent, and names the field where it can not be. */
final class Field {

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

    static int notNegative(String name, int value) {
        if (value < 0) {
            throw new MalformedMessage(name + " must be 0 to 2^31 - 1", null);
        }
        return value;
    }

    /** Text that a database column and a page can hold: bounded, without NUL and other control characters but line ends and tabs. */
    static String text(String name, String value, int mostCharacters) {
        if (value.length() > mostCharacters) {
            throw new MalformedMessage(name + " is longer than " + mostCharacters + " characters", null);
        }
        if (value.chars().anyMatch(Field::isForbidden)) {
            throw new MalformedMessage(name + " holds a control character", null);
        }
        return value;
    }

    /** The same text as {@link #text} accepts it: cut, and control characters replaced. */
    static String fit(String value, int mostCharacters) {
        String cut = value.length() <= mostCharacters ? value : value.substring(0, mostCharacters - 1) + "…";
        if (cut.chars().noneMatch(Field::isForbidden)) {
            return cut;
        }
        StringBuilder fit = new StringBuilder(cut.length());
        cut.chars().forEach(c -> fit.append(isForbidden(c) ? '\ufffd' : (char) c));
        return fit.toString();
    }

    private static boolean isForbidden(int c) {
        return (c < 0x20 && c != '\n' && c != '\t') || c == 0x7f;
    }
}
