package dev.bailiwick.jail.text;

import dev.bailiwick.jail.validation.InvalidValue;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads and writes sizes: a number of bytes, or of KiB, MiB, GiB or TiB. All units are powers of 1024, also where they are written
 * K, M, G or T, as programs for containers write them.
 */
public final class ByteSize {

    private static final Pattern FORM =
            Pattern.compile("([0-9]{1,18}(?:\\.[0-9]{1,18})?)\\s*(?:([KMGT])(?:iB?)?|B|)", Pattern.CASE_INSENSITIVE);
    private static final String LETTERS = "KMGT";
    private static final List<String> UNITS = List.of("B", "KiB", "MiB", "GiB", "TiB");

    private ByteSize() {}

    /**
     * Reads for example {@code 536870912}, {@code 512MiB}, {@code 512m} or {@code 0.5G}. The case of letters has no meaning.
     *
     * @return bytes, 0 to 2^63 - 1; a part of a byte does not count
     * @throws InvalidValue if {@code text} is not a size
     */
    public static long parse(String text) {
        Matcher matcher = FORM.matcher(text.strip());
        if (!matcher.matches()) {
            throw new InvalidValue(
                    "must be a number of bytes, or of KiB, MiB, GiB or TiB (1024 bytes, and so on) as in '512MiB', '512M' or '0.5G'");
        }
        int exponent = matcher.group(2) == null
                ? 0
                : 1 + LETTERS.indexOf(matcher.group(2).toUpperCase(Locale.ROOT));
        BigDecimal bytes = new BigDecimal(matcher.group(1)).multiply(BigDecimal.valueOf(1L << (10 * exponent)));
        try {
            return bytes.setScale(0, RoundingMode.DOWN).longValueExact();
        } catch (ArithmeticException e) {
            throw new InvalidValue("is larger than any memory");
        }
    }

    /**
     * Returns a size for people, with at most one decimal: {@code 1.5 GiB}. {@link #text} is exact.
     *
     * @param mode how the decimal is rounded
     */
    public static String rounded(long bytes, RoundingMode mode) {
        int exponent = 0;
        while (exponent < UNITS.size() - 1 && bytes >> (10 * (exponent + 1)) != 0) {
            exponent++;
        }
        return BigDecimal.valueOf(bytes)
                        .divide(BigDecimal.valueOf(1L << (10 * exponent)), 1, mode)
                        .stripTrailingZeros()
                        .toPlainString()
                + " " + UNITS.get(exponent);
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
