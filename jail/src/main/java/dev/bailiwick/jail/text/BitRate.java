package dev.bailiwick.jail.text;

import dev.bailiwick.jail.validation.InvalidValue;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads and writes rates of a network: bits a second, or kbit/s, Mbit/s or Gbit/s. All units are powers of 1000. */
public final class BitRate {

    private static final Pattern FORM =
            Pattern.compile("([0-9]{1,18}(?:\\.[0-9]{1,18})?)\\s*([kMG]?)(?:bit(?:/s)?)?", Pattern.CASE_INSENSITIVE);
    private static final String LETTERS = "KMG";
    private static final List<String> UNITS = List.of("bit/s", "kbit/s", "Mbit/s", "Gbit/s");

    private BitRate() {}

    /**
     * Reads for example {@code 100000000}, {@code 100Mbit/s}, {@code 100M} or {@code 0.1G}. The case of letters has no meaning.
     *
     * @return bits a second, 0 to 2^63 - 1; a part of a bit does not count
     * @throws InvalidValue if {@code text} is not a rate
     */
    public static long parse(String text) {
        Matcher matcher = FORM.matcher(text.strip());
        if (!matcher.matches()) {
            throw new InvalidValue(
                    "must be a number of bits a second, or of kbit/s, Mbit/s or Gbit/s (1000 bits a second, and so on) as in '100Mbit/s', '100M' or '0.1G'");
        }
        int exponent = matcher.group(2).isEmpty()
                ? 0
                : 1 + LETTERS.indexOf(matcher.group(2).toUpperCase(Locale.ROOT));
        BigDecimal bits = new BigDecimal(matcher.group(1)).scaleByPowerOfTen(3 * exponent);
        try {
            return bits.setScale(0, RoundingMode.DOWN).longValueExact();
        } catch (ArithmeticException e) {
            throw new InvalidValue("is larger than any network");
        }
    }

    /** Returns the shortest text that {@link #parse} reads as exactly so many bits a second. */
    public static String text(long bits) {
        int exponent = 0;
        long number = bits;
        while (number != 0 && number % 1000 == 0 && exponent < UNITS.size() - 1) {
            number /= 1000;
            exponent++;
        }
        return number + UNITS.get(exponent);
    }
}
