package dev.bailiwick.jail.text;

import dev.bailiwick.jail.validation.InvalidValue;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads and writes sizes: a number of bytes, or of KiB, MiB, GiB or TiB. */
public final class ByteSize {

    private static final Pattern FORM = Pattern.compile("([0-9]{1,18})\\s*(|B|KiB|MiB|GiB|TiB)");
    private static final List<String> UNITS = List.of("B", "KiB", "MiB", "GiB", "TiB");

    private ByteSize() {}

    /**
     * Reads for example {@code 536870912} or {@code 512MiB}.
     *
     * @return bytes, 0 to 2^63 - 1
     * @throws InvalidValue if {@code text} is not a size
     */
    public static long parse(String text) {
        Matcher matcher = FORM.matcher(text.strip());
        if (!matcher.matches()) {
            throw new InvalidValue("must be a number of bytes, or of KiB, MiB, GiB or TiB as in '512MiB'");
        }
        int exponent = Math.max(0, UNITS.indexOf(matcher.group(2)));
        try {
            return Math.multiplyExact(Long.parseLong(matcher.group(1)), 1L << (10 * exponent));
        } catch (ArithmeticException e) {
            throw new InvalidValue("is larger than any memory");
        }
    }

    /** Returns the shortest text that {@link #parse} reads as exactly this many bytes. */
    public static String text(long bytes) {
        int exponent = 0;
        long number = bytes;
        while (number != 0 && number % 1024 == 0 && exponent < UNITS.size() - 1) {
            number /= 1024;
            exponent++;
        }
        return exponent == 0 ? String.valueOf(bytes) : number + UNITS.get(exponent);
    }
}
